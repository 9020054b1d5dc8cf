/** A slow machine can make a browser test fail once, so only a second failure counts. */
jest.retryTimes(1, { logErrorsBeforeRetry: true });

// jest ignores the timeout of a project in jest.config.js.
jest.setTimeout(120_000);
