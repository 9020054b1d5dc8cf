/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- not shipped: runs outside n8n */
import type { ServerResponse } from 'node:http';

/** Part of a response body and when it is due, measured from the request. */
export interface DeliveryChunk {
	data: string | Buffer;
	dueMs: number;
}

/** Everything that is sent in response to one request. */
export interface Delivery {
	/** Absent if the connection ends or stalls before the headers. */
	status?: number;
	headers: Record<string, string>;
	chunks: DeliveryChunk[];
	/** What follows the last chunk: a clean end, a connection reset, or silence. */
	ending: 'end' | 'reset' | 'stall';
	/** Whether the head is sent immediately rather than with the first chunk. */
	sendsHeadFirst?: boolean;
	/** True for a completion that counts as an answered item. */
	isCompletion?: boolean;
}

/** A JSON body that is sent in one piece. */
export function jsonDelivery(status: number, body: unknown, dueMs = 0): Delivery {
	return textDelivery(status, 'application/json', JSON.stringify(body), dueMs);
}

/** A body that is sent in one piece, with a `Content-Length` header. */
export function textDelivery(
	status: number,
	contentType: string,
	text: string,
	dueMs = 0,
): Delivery {
	return {
		status,
		headers: { 'content-type': contentType, 'content-length': String(Buffer.byteLength(text)) },
		chunks: [{ data: text, dueMs }],
		ending: 'end',
	};
}

/**
 * Sends each chunk when it is due. Calls `onEnd` just before the last byte, so that the request's
 * slot is free by the time the client sees the end. Returns a function that stops sending.
 */
export function deliver(
	response: ServerResponse,
	delivery: Delivery,
	elapsedMs: () => number,
	onEnd: (outcome: 'answered' | 'reset') => void,
): () => void {
	const { chunks, status } = delivery;
	let position = 0;
	let timer: NodeJS.Timeout | undefined;
	const writeHead = () => {
		if (status !== undefined && !response.headersSent) response.writeHead(status, delivery.headers);
	};
	const advance = () => {
		const nowMs = elapsedMs();
		response.cork();
		let chunk = chunks[position];
		while (chunk !== undefined && chunk.dueMs <= nowMs && position < chunks.length - 1) {
			writeHead();
			response.write(chunk.data);
			position += 1;
			chunk = chunks[position];
		}
		// Must come before the end: Node.js 24 sends the end of a corked response before its data.
		response.uncork();
		if (chunk !== undefined && chunk.dueMs > nowMs) {
			timer = setTimeout(advance, Math.ceil(chunk.dueMs - nowMs));
			return;
		}
		writeHead();
		finish(response, delivery, chunk, onEnd);
	};
	if (delivery.sendsHeadFirst && status !== undefined) {
		writeHead();
		response.flushHeaders();
	}
	advance();
	return () => clearTimeout(timer);
}

function finish(
	response: ServerResponse,
	{ status, ending }: Delivery,
	lastChunk: DeliveryChunk | undefined,
	onEnd: (outcome: 'answered' | 'reset') => void,
): void {
	if (ending === 'end') {
		onEnd('answered');
		response.end(lastChunk?.data);
		return;
	}
	if (status !== undefined) response.flushHeaders();
	if (lastChunk !== undefined) response.write(lastChunk.data);
	if (ending === 'stall') return;
	onEnd('reset');
	setImmediate(() => response.socket?.resetAndDestroy());
}
