import type { Simulator } from '../../../tools/simulator/simulator';

interface Script {
	name: string;
	args: object;
	/** What the model writes before the call. */
	content?: string;
	/** How many requests are answered with the call. Default: all. */
	times?: number;
}

const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 };

/** The simulator answers the next requests, which must be streamed, with a call of this tool. */
export function scriptCalls(simulator: Simulator, { name, args, content, times }: Script): void {
	const called = { name, arguments: JSON.stringify(args) };
	const call = { index: 0, id: 'call_0', type: 'function', function: called };
	const deltas = [{ role: 'assistant', content: content ?? null }, { tool_calls: [call] }];
	const events = [
		...deltas.map((delta) => ({ choices: [{ index: 0, delta, finish_reason: null }] })),
		{ choices: [{ index: 0, delta: {}, finish_reason: 'tool_calls' }], usage },
	];
	const lines = [...events.map((event) => JSON.stringify(event)), '[DONE]'];
	simulator.fault({
		...(times === undefined ? {} : { times }),
		fault: {
			kind: 'body',
			contentType: 'text/event-stream',
			body: lines.map((line) => `data: ${line}\n\n`).join(''),
		},
	});
}
