module.exports = {
	testEnvironment: 'node',
	testMatch: ['<rootDir>/test/e2e/**/*.test.ts'],
	globalSetup: '<rootDir>/test/e2e/support/startSuite.ts',
	globalTeardown: '<rootDir>/test/e2e/support/endSuite.ts',
	setupFilesAfterEnv: ['<rootDir>/test/e2e/support/tryTwice.ts'],
	modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.stryker-tmp/'],
	testTimeout: 120_000,
	transform: { '^.+\\.ts$': '@swc/jest' },
};
