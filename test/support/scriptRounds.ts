/* eslint-disable @n8n/community-nodes/no-restricted-imports -- not shipped: runs outside n8n */
import type { ServerResponse } from 'node:http';
import type { JsonObject } from 'n8n-workflow';
import type { Simulator } from '../../tools/simulator/simulator';
import { deltaEvent, event } from './cannedResponse';

export interface ScriptedRound {
	content?: string;
	reasoning?: string;
	/** The name and the arguments of each call, and its ID if it is not numbered. */
	calls?: Array<[name: string, text: string, id?: string]>;
	/** What an engine adds to each call. */
	callFields?: JsonObject;
	usage?: JsonObject;
	finishReason?: string;
}

type SentCall = { id: string; type: string; function: { name: string; arguments: string } };

/**
 * Answers a conversation with these rounds, by how many answers it already contains, streamed or not
 * as it is requested.
 */
export function scriptRounds(simulator: Simulator, rounds: ScriptedRound[]): void {
	simulator.fault({
		fault: {
			kind: 'custom',
			handle: ({ body }, response) => {
				const { messages, stream } = body as { messages: JsonObject[]; stream?: boolean };
				const number = messages.filter(({ role }) => role === 'assistant').length;
				const answer = stream === true ? writeStream : writeJson;
				answer(response, rounds[number] ?? {}, callsOf(rounds[number], number));
			},
		},
	});
}

function callsOf({ calls = [], callFields }: ScriptedRound = {}, number: number): SentCall[] {
	return calls.map(([name, text, id], index) => ({
		...callFields,
		id: id ?? `call_${number}_${index}`,
		type: 'function',
		function: { name, arguments: text },
	}));
}

function finishOf({ finishReason }: ScriptedRound, calls: SentCall[]): string {
	return finishReason ?? (calls.length > 0 ? 'tool_calls' : 'stop');
}

function writeJson(response: ServerResponse, round: ScriptedRound, calls: SentCall[]): void {
	const { content = null, reasoning, usage } = round;
	const message = {
		role: 'assistant',
		content,
		...(reasoning === undefined ? {} : { reasoning }),
		...(calls.length > 0 ? { tool_calls: calls } : {}),
	};
	const choices = [{ index: 0, message, finish_reason: finishOf(round, calls) }];
	response.writeHead(200, { 'content-type': 'application/json' });
	response.end(JSON.stringify({ id: 'a', choices, ...(usage ? { usage } : {}) }));
}

/** Every text comes in two pieces, and the calls one after another. */
function writeStream(response: ServerResponse, round: ScriptedRound, calls: SentCall[]): void {
	const { content, reasoning, usage } = round;
	const pieces: JsonObject[] = [{ role: 'assistant' }];
	for (const [name, text] of Object.entries({ reasoning, content })) {
		for (const half of halves(text ?? '')) pieces.push({ [name]: half });
	}
	calls.forEach(({ function: { name, arguments: text }, ...call }, index) => {
		const [first = '', second = ''] = halves(text);
		pieces.push({ tool_calls: [{ ...call, index, function: { name, arguments: first } }] });
		pieces.push({ tool_calls: [{ index, function: { arguments: second } }] });
	});
	response.writeHead(200, { 'content-type': 'text/event-stream' });
	for (const piece of pieces) response.write(deltaEvent(piece));
	response.write(deltaEvent({}, finishOf(round, calls)));
	if (usage) response.write(event({ id: 'a', choices: [], usage }));
	response.end(event('[DONE]'));
}

function halves(text: string): string[] {
	const middle = Math.ceil(text.length / 2);
	return [text.slice(0, middle), text.slice(middle)].filter((half) => half !== '');
}
