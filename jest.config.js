const shared = {
	testEnvironment: 'node',
	modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.stryker-tmp/'],
	// tsx takes './X.node' for the codex file X.node.json, so sources import './X.node.js'.
	moduleNameMapper: { '^(\\.{1,2}/.+\\.node)\\.js$': '$1.ts' },
	transform: { '^.+\\.ts$': '@swc/jest' },
};

/** `npm test` runs the project "unit"; the others take minutes and have scripts of their own. */
module.exports = {
	projects: [
		{
			...shared,
			displayName: 'unit',
			testMatch: ['<rootDir>/test/**/*.test.ts'],
			testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/(chaos|e2e|queue)/'],
		},
		{
			...shared,
			displayName: 'chaos',
			testMatch: ['<rootDir>/test/chaos/**/*.test.ts'],
		},
		{
			...shared,
			displayName: 'e2e',
			testMatch: ['<rootDir>/test/e2e/**/*.test.ts'],
			globalSetup: '<rootDir>/test/e2e/support/startSuite.ts',
			globalTeardown: '<rootDir>/test/e2e/support/endSuite.ts',
			setupFilesAfterEnv: ['<rootDir>/test/e2e/support/suiteSettings.ts'],
		},
		{
			...shared,
			displayName: 'queue',
			testMatch: ['<rootDir>/test/queue/**/*.test.ts'],
			globalSetup: '<rootDir>/test/queue/support/startQueue.ts',
			globalTeardown: '<rootDir>/test/queue/support/endQueue.ts',
		},
	],
};
