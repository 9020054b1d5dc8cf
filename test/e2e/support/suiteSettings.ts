/** A slow machine can fail a browser test once; the first failure is printed, a second one counts. */
jest.retryTimes(1, { logErrorsBeforeRetry: true });
