module.exports = {
	testEnvironment: 'node',
	testMatch: ['<rootDir>/test/queue/**/*.test.ts'],
	globalSetup: '<rootDir>/test/queue/support/startQueue.ts',
	globalTeardown: '<rootDir>/test/queue/support/endQueue.ts',
	modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.stryker-tmp/'],
	testTimeout: 180_000,
	transform: { '^.+\\.ts$': '@swc/jest' },
};
