import type { ChatCompletion } from '../../../inference/completion/chatCompletion';
import { InferenceError, type InferenceErrorKind } from '../../../inference/InferenceError';
import { RunReport } from '../../../nodes/WandbInferenceChat/RunReport';

const failure = (kind: InferenceErrorKind) => new InferenceError('No', { kind });

type Answer = [content: string, reasoning?: string, finishReason?: string];

const resultOf = (concurrencyLimit: number, ...answers: Answer[]) => ({
	completion: {
		choices: answers.map(([content, reasoning, finishReason = 'length'], index) => ({
			index,
			message: { role: 'assistant', content, ...(reasoning ? { reasoning } : {}) },
			finish_reason: finishReason,
		})),
	} as ChatCompletion,
	attempts: 1,
	concurrencyLimit,
});

const messagesOf = (report: RunReport) => report.hints().map(({ message }) => message);

test('a smooth run has no hints', () => {
	const report = new RunReport();
	report.noteResult(resultOf(4, ['Hi', 'Hm', 'stop'], ['', 'Hm', 'stop']));
	expect(report.hints()).toEqual([]);
	expect(report.succeeded).toBe(1);
});

test('answers cut off by Max Tokens are counted separately from those that reasoning left empty', () => {
	const report = new RunReport();
	report.noteResult(resultOf(4, ['Once upon'], ['', ''], [' ', 'Hm'], ['Once', 'Hm']));
	report.noteResult(resultOf(4, ['', 'Hm']));
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

test('a single answer is counted in the singular', () => {
	const report = new RunReport();
	report.noteResult(resultOf(4, ['Once'], ['', 'Hm']));
	expect(messagesOf(report)).toEqual([
		expect.stringMatching(/^1 answer was cut off/),
		expect.stringMatching(/^1 answer was empty/),
	]);
});

test('waits are added up over rejections and retries, to a tenth of a second', () => {
	const report = new RunReport();
	for (const waitMs of [1000, 260]) report.noteRetry({ error: failure('concurrency'), waitMs });
	for (const waitMs of [0, 1000]) report.noteRetry({ error: failure('server'), waitMs });
	report.noteResult(resultOf(9, ['Hi', '', 'stop']));
	report.noteResult(resultOf(3, ['Hi', '', 'stop']));
	expect(report.hints()).toEqual([
		{
			message:
				"W&B's concurrency limit was reached 2 times, so the node settled at 3 at once; 2 requests were retried after a temporary error. Items waited 2.3 s in total.",
			type: 'info',
			location: 'outputPane',
		},
	]);
});

test('rejections and retries are each reported without the other', () => {
	const rejected = new RunReport();
	rejected.noteRetry({ error: failure('concurrency'), waitMs: 100 });
	expect(messagesOf(rejected)).toEqual([
		"W&B's concurrency limit was reached once, so the node settled at 0 at once. Items waited 0.1 s in total.",
	]);
	const retried = new RunReport();
	retried.noteRetry({ error: failure('server'), waitMs: 0 });
	expect(messagesOf(retried)).toEqual([
		'1 request was retried after a temporary error. Items waited 0 s in total.',
	]);
});
