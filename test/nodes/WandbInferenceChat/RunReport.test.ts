import type { ChatCompletion } from '../../../inference/completion/chatCompletion';
import { InferenceError, type InferenceErrorKind } from '../../../inference/InferenceError';
import { RunReport } from '../../../nodes/WandbInferenceChat/RunReport';

const failure = (kind: InferenceErrorKind) => new InferenceError('No', { kind });

type Answer = [content: string, reasoning?: string, finishReason?: string];

const resultOf = (...answers: Answer[]) => ({
	completion: {
		choices: answers.map(([content, reasoning, finishReason = 'length'], index) => ({
			index,
			message: { role: 'assistant', content, ...(reasoning ? { reasoning } : {}) },
			finish_reason: finishReason,
		})),
	} as ChatCompletion,
	model: 'a/b',
	attempts: 1,
	invalidChoices: 0,
	repairs: 0,
});

const messagesOf = (report: RunReport) => report.hints().map(({ message }) => message);

test('a smooth run has no hints', () => {
	const report = new RunReport();
	report.noteResult(resultOf(['Hi', 'Hm', 'stop'], ['', 'Hm', 'stop']), true);
	expect(report.hints()).toEqual([]);
	expect(report.succeeded).toBe(1);
});

test('answers cut off by Max Tokens are counted separately from those that reasoning left empty', () => {
	const report = new RunReport();
	report.noteResult(resultOf(['Once upon'], ['', ''], [' ', 'Hm'], ['Once', 'Hm']), true);
	report.noteResult(resultOf(['', 'Hm']), true);
	expect(report.succeeded).toBe(2);
	expect(report.hints()).toEqual([
		{
			message:
				"3 answers were cut off at 'Max Tokens' (finishReason is 'length'). Increase it in Options for longer answers.",
			type: 'warning',
			location: 'outputPane',
		},
		{
			message:
				"2 answers were empty because reasoning used up all tokens. Increase 'Max Tokens', lower 'Reasoning Effort', or turn off 'Reasoning' in Options.",
			type: 'warning',
			location: 'outputPane',
		},
	]);
});

test("without Max Tokens, an answer was cut off at the model's own limit", () => {
	const report = new RunReport();
	report.noteResult(resultOf(['Once']), true);
	report.noteResult(resultOf(['Once', 'Hm'], ['', 'Hm'], ['Hi', '', 'stop']), false);
	report.noteResult(resultOf(['Once']), false);
	expect(messagesOf(report)).toEqual([
		"1 answer was cut off at 'Max Tokens' (finishReason is 'length'). Increase it in Options for longer answers.",
		"2 answers were cut off at the model's own limit (finishReason is 'length'). Set 'Max Tokens' in Options, or shorten the prompt.",
		expect.stringMatching(/^1 answer was empty/),
	]);
});

test('a single answer is counted in the singular', () => {
	const report = new RunReport();
	report.noteResult(resultOf(['Once'], ['', 'Hm']), true);
	expect(messagesOf(report)).toEqual([
		expect.stringMatching(/^1 answer was cut off/),
		expect.stringMatching(/^1 answer was empty/),
	]);
});

test('waits are added up over rejections and retries, to a tenth of a second', () => {
	const report = new RunReport();
	for (const waitedMs of [1000, 260]) report.noteRetry({ error: failure('concurrency'), waitedMs });
	for (const waitedMs of [0, 1000]) report.noteRetry({ error: failure('server'), waitedMs });
	report.noteResult(resultOf(['Hi', '', 'stop']), true);
	report.noteResult(resultOf(['Hi', '', 'stop']), true);
	expect(report.hints()).toEqual([
		{
			message:
				"W&B's concurrency limit was reached 2 times, so requests were slowed down automatically; 2 requests were retried after a temporary error (2.3 s of waiting in total). No action needed.",
			type: 'info',
			location: 'outputPane',
		},
	]);
});

test('rejections and retries are each reported without the other', () => {
	const rejected = new RunReport();
	rejected.noteRetry({ error: failure('concurrency'), waitedMs: 100 });
	expect(messagesOf(rejected)).toEqual([
		"W&B's concurrency limit was reached once, so requests were slowed down automatically (0.1 s of waiting in total). No action needed.",
	]);
	const retried = new RunReport();
	retried.noteRetry({ error: failure('server'), waitedMs: 0 });
	expect(messagesOf(retried)).toEqual([
		'1 request was retried after a temporary error (0 s of waiting in total). No action needed.',
	]);
});

test('a run in which items failed does not say that no action is needed', () => {
	const report = new RunReport();
	report.noteRetry({ error: failure('server'), waitedMs: 1000 });
	report.noteFailure(failure('server'));
	expect(messagesOf(report)).toEqual([
		'1 request was retried after a temporary error (1 s of waiting in total).',
	]);
});

test('answers that cost nothing are reported in cents', () => {
	const report = new RunReport();
	const usage = { promptTokens: 1000, completionTokens: 20, costUsd: 0 };
	for (let item = 0; item < 2; item += 1) {
		report.noteResult({ ...resultOf(['Hi', '', 'stop']), usage }, true);
	}
	expect(messagesOf(report)).toEqual(['2 items, 2,000 tokens in, 40 out, about $0.00.']);
});
