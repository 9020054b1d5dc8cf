/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- not shipped: runs outside n8n */
import type { ServerResponse } from 'node:http';
import type { RecordedRequest } from '../../tools/simulator/simulator';

/** The model for every row. With reasoning disabled, it starts with the text. */
export const rowModel = 'zai-org/GLM-5.1';

/** The only correct answer to a row: unique, with characters of up to four bytes that can be split. */
export function answerOf(row: number): string {
	return `row ${row} ✓ żółw 🐢 is answered with this sentence and no other`;
}

/** The prompt that makes the simulator return a row's answer. */
export function promptOf(row: number): string {
	return `[[answer: ${answerOf(row)}]]`;
}

/** The row that a request belongs to. */
export function rowOf({ body }: RecordedRequest): number {
	return Number(/row (\d+) /.exec(JSON.stringify(body))?.[1] ?? NaN);
}

/** The text that answers a request, as JSON if the request asks for it. */
export function answerTo(request: RecordedRequest): string {
	const text = answerOf(rowOf(request));
	const { response_format: format } = request.body as { response_format?: object };
	return format ? JSON.stringify({ text }) : text;
}

/** Whether a request asks for server-sent events. */
export function isStreamed({ body }: RecordedRequest): boolean {
	return (body as { stream?: boolean }).stream === true;
}

const usage = { prompt_tokens: 10, completion_tokens: 10, total_tokens: 20 };

/** A completion with this answer as a JSON body. */
export function jsonCompletion(text: string): string {
	const message = { role: 'assistant', content: text };
	const choices = [{ index: 0, message, finish_reason: 'stop' }];
	return JSON.stringify({ id: 'a', object: 'chat.completion', model: rowModel, choices, usage });
}

/** An event that adds text; a finish reason marks the last one. */
export function textEvent(content: string, finishReason: string | null = null): string {
	const choices = [{ index: 0, delta: { content }, finish_reason: finishReason }];
	return `data: ${JSON.stringify({ id: 'a', model: rowModel, choices })}\n\n`;
}

/** The same completion as four events: two of text, the usage, and `[DONE]`. */
export function eventsOf(text: string): string[] {
	const middle = Math.floor(text.length / 2);
	return [
		textEvent(text.slice(0, middle)),
		textEvent(text.slice(middle), 'stop'),
		`data: ${JSON.stringify({ id: 'a', model: rowModel, choices: [], usage })}\n\n`,
		'data: [DONE]\n\n',
	];
}

/** Sends a response in these pieces, each in its own packet. */
export async function sendPieces(
	response: ServerResponse,
	contentType: string,
	pieces: Iterable<string | Uint8Array>,
	status = 200,
): Promise<void> {
	response.writeHead(status, { 'content-type': contentType });
	const closed = new Promise<void>((resolve) => response.once('close', resolve));
	for (const piece of pieces) {
		if (response.destroyed) return;
		const hasRoom = response.write(piece);
		const hasDrained = new Promise<void>((resolve) => {
			if (hasRoom) setImmediate(resolve);
			else response.once('drain', resolve);
		});
		await Promise.race([hasDrained, closed]);
	}
	response.end();
}
