module.exports = {
	...require('./jest.config.js'),
	testMatch: ['<rootDir>/test/chaos/**/*.chaos.ts'],
	testTimeout: 120_000,
};
