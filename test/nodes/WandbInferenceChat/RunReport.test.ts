import type { ChatCompletion } from '../../../inference/completion/chatCompletion';
import { InferenceError, type InferenceErrorKind } from '../../../inference/InferenceError';
import { RunReport } from '../../../nodes/WandbInferenceChat/RunReport';

const failure = (kind: InferenceErrorKind) => new InferenceError('No', { kind, advice: '' });

type Answer = [content: string, reasoning?: string, finishReason?: string];

const resultOf = (...answers: Answer[]) => ({
	completion: {
		choices: answers.map(([content, reasoning, finishReason = 'length'], index) => ({
			index,
			message: { role: 'assistant', content, ...(reasoning ? { reasoning } : {}) },
			finish_reason: finishReason,
		})),
	} as ChatCompletion,
	attempts: 1,
});

const messagesOf = (report: RunReport) => report.hints().map(({ message }) => message);

test('a smooth run gives no hints', () => {
	const report = new RunReport();
	report.noteAnswer(resultOf(['Hi', 'Hm', 'stop'], ['', 'Hm', 'stop']), 4);
	expect(report.hints()).toEqual([]);
	expect(report.succeeded).toBe(1);
});

test('answers that Max Tokens cut are counted apart from those that reasoning left empty', () => {
	const report = new RunReport();
	report.noteAnswer(resultOf(['Once upon'], ['', ''], [' ', 'Hm'], ['Once', 'Hm']), 4);
	report.noteAnswer(resultOf(['', 'Hm']), 4);
	expect(report.succeeded).toBe(2);
	expect(report.hints()).toEqual([
		{
			message:
				"3 answers were cut off at 'Max Tokens' (finishReason is 'length'). Raise it in Options for longer answers.",
			type: 'warning',
			location: 'outputPane',
		},
		{
			message:
				"2 answers were empty because reasoning used up all tokens. Raise 'Max Tokens', lower 'Reasoning Effort' or turn 'Reasoning' off in Options.",
			type: 'warning',
			location: 'outputPane',
		},
	]);
});

test('a single answer is counted in the singular', () => {
	const report = new RunReport();
	report.noteAnswer(resultOf(['Once'], ['', 'Hm']), 4);
	expect(messagesOf(report)).toEqual([
		expect.stringMatching(/^1 answer was cut off/),
		expect.stringMatching(/^1 answer was empty/),
	]);
});

test('waits are added up over rejections and retries, to a tenth of a second', () => {
	const report = new RunReport();
	for (const waitMs of [1000, 260]) report.noteRetry({ error: failure('concurrency'), waitMs });
	for (const waitMs of [0, 1000]) report.noteRetry({ error: failure('server'), waitMs });
	report.noteAnswer(resultOf(['Hi', '', 'stop']), 9);
	report.noteAnswer(resultOf(['Hi', '', 'stop']), 3);
	expect(report.hints()).toEqual([
		{
			message:
				"W&B answered 'Concurrency limit reached' 2 times, so the node settled at 3 at once; 2 requests were retried after a passing fault. Items waited 2.3 s in all.",
			type: 'info',
			location: 'outputPane',
		},
	]);
});

test('rejections alone and retries alone are told alone', () => {
	const rejected = new RunReport();
	rejected.noteRetry({ error: failure('concurrency'), waitMs: 100 });
	expect(messagesOf(rejected)).toEqual([
		"W&B answered 'Concurrency limit reached' once, so the node settled at 0 at once. Items waited 0.1 s in all.",
	]);
	const retried = new RunReport();
	retried.noteRetry({ error: failure('server'), waitMs: 0 });
	expect(messagesOf(retried)).toEqual([
		'1 request was retried after a passing fault. Items waited 0 s in all.',
	]);
});
