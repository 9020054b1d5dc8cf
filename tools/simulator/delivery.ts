/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- not shipped: runs outside n8n */
import type { ServerResponse } from 'node:http';

/** Part of a body and when it is due, counted from the request. */
export interface DeliveryPiece {
	data: string | Buffer;
	dueMs: number;
}

/** Everything that goes out for one request. */
export interface Delivery {
	/** Absent when the connection ends, or stalls, before any header. */
	status?: number;
	headers: Record<string, string>;
	pieces: DeliveryPiece[];
	/** What follows the last piece: a proper end, a broken connection, or nothing ever again. */
	ending: 'end' | 'reset' | 'stall';
	/** True for an answer that counts as a served item. */
	isAnswer?: boolean;
}

/** A JSON body that is sent whole. */
export function jsonDelivery(status: number, body: unknown, dueMs = 0): Delivery {
	return textDelivery(status, 'application/json', JSON.stringify(body), dueMs);
}

/** A body that is sent whole, with its length announced. */
export function textDelivery(
	status: number,
	contentType: string,
	text: string,
	dueMs = 0,
): Delivery {
	return {
		status,
		headers: { 'content-type': contentType, 'content-length': String(Buffer.byteLength(text)) },
		pieces: [{ data: text, dueMs }],
		ending: 'end',
	};
}

/**
 * Sends the delivery, each piece when it is due. `onEnd` runs just before the last byte goes out, so that a client that has
 * seen the end finds everything freed. Returns what stops the sending.
 */
export function deliver(
	response: ServerResponse,
	delivery: Delivery,
	elapsedMs: () => number,
	onEnd: (outcome: 'answered' | 'reset') => void,
): () => void {
	const { pieces, status } = delivery;
	let position = 0;
	let timer: NodeJS.Timeout | undefined;
	const writeHead = () => {
		if (status !== undefined && !response.headersSent) response.writeHead(status, delivery.headers);
	};
	const finish = (last: DeliveryPiece | undefined) => {
		writeHead();
		if (delivery.ending === 'end') {
			onEnd('answered');
			response.end(last?.data);
			return;
		}
		if (status !== undefined) response.flushHeaders();
		if (last !== undefined) response.write(last.data);
		if (delivery.ending === 'stall') return;
		onEnd('reset');
		setImmediate(() => response.socket?.resetAndDestroy());
	};
	const advance = () => {
		const nowMs = elapsedMs();
		response.cork();
		let piece = pieces[position];
		while (piece !== undefined && piece.dueMs <= nowMs && position < pieces.length - 1) {
			writeHead();
			response.write(piece.data);
			position += 1;
			piece = pieces[position];
		}
		// Before the end: Node.js 24 sends the end of a corked answer ahead of what is corked.
		response.uncork();
		if (piece === undefined || piece.dueMs <= nowMs) finish(piece);
		else timer = setTimeout(advance, Math.ceil(piece.dueMs - nowMs));
	};
	advance();
	return () => clearTimeout(timer);
}
