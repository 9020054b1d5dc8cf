import { documentedMessage, errorBody } from './apiError';
import { jsonDelivery, textDelivery, type Delivery, type DeliveryChunk } from './delivery';
import type { Fault, FaultPoint } from './fault';
import { doneEvent } from './streamEvents';

/** A fault that the simulator produces itself. */
export type SimulatedFault = Exclude<Fault, { kind: 'custom' }>;

const gatewayPage = `<html>
<head><title>502 Bad Gateway</title></head>
<body><center><h1>502 Bad Gateway</h1></center><hr><center>gateway</center></body>
</html>
`;
const defaultEventsBeforeFault = 2;

/** What is sent instead of `original`, which is only created for faults that damage it. */
export function buildFaultyDelivery(fault: SimulatedFault, original: () => Delivery): Delivery {
	switch (fault.kind) {
		case 'status':
			return statusDelivery(fault);
		case 'body':
			return bodyDelivery(fault);
		case 'reset':
		case 'stall':
			if (fault.where === 'beforeHeaders') return { headers: {}, chunks: [], ending: fault.kind };
			return interrupted(original(), fault, fault.kind);
		case 'endStreamEarly':
			return endedEarly(original(), fault.afterEvents);
		case 'errorInStream':
			return withErrorEvent(original(), fault);
	}
}

function statusDelivery(fault: Extract<Fault, { kind: 'status' }>): Delivery {
	const { status, body, delayMs = 0 } = fault;
	const message = documentedMessage(status, fault.reason);
	const delivery =
		status === 502 && body === undefined
			? textDelivery(status, 'text/html', gatewayPage, delayMs)
			: typeof body === 'string'
				? textDelivery(status, 'text/plain', body, delayMs)
				: jsonDelivery(status, body ?? errorBody(status, message), delayMs);
	const headers = { ...delivery.headers };
	if (fault.retryAfter !== undefined) headers['retry-after'] = fault.retryAfter;
	return { ...delivery, headers: { ...headers, ...fault.headers } };
}

function bodyDelivery(fault: Extract<Fault, { kind: 'body' }>): Delivery {
	const { status = 200, contentType, body } = fault;
	const headers: Record<string, string> = {};
	if (contentType !== undefined) headers['content-type'] = contentType;
	const chunks = body.length === 0 ? [] : [{ data: body, dueMs: 0 }];
	return { status, headers: { ...headers, ...fault.headers }, chunks, ending: 'end' };
}

function interrupted(original: Delivery, point: FaultPoint, ending: 'reset' | 'stall'): Delivery {
	const eventCount = point.afterEvents ?? defaultEventsBeforeFault;
	const chunks =
		point.where === 'inStream' && isStreamed(original)
			? original.chunks.slice(0, eventCount)
			: firstHalf(original);
	return { ...original, chunks, ending, isCompletion: false };
}

function isStreamed(delivery: Delivery): boolean {
	return delivery.headers['content-type']?.startsWith('text/event-stream') ?? false;
}

function firstHalf({ chunks }: Delivery): DeliveryChunk[] {
	const body = Buffer.concat(chunks.map(({ data }) => Buffer.from(data)));
	return [{ data: body.subarray(0, Math.floor(body.length / 2)), dueMs: lastDueMs(chunks) }];
}

function lastDueMs(chunks: DeliveryChunk[]): number {
	return chunks.at(-1)?.dueMs ?? 0;
}

function endedEarly(original: Delivery, afterEvents: number | undefined): Delivery {
	const headers = { ...original.headers };
	delete headers['content-length'];
	const withoutLength = { ...original, headers, isCompletion: false };
	if (!isStreamed(original)) return { ...withoutLength, chunks: firstHalf(original) };
	const beforeFinish = Math.max(0, original.chunks.length - 2);
	const eventCount = Math.min(afterEvents ?? Math.ceil(beforeFinish / 2), beforeFinish);
	return { ...withoutLength, chunks: original.chunks.slice(0, eventCount) };
}

function withErrorEvent(
	original: Delivery,
	fault: Extract<Fault, { kind: 'errorInStream' }>,
): Delivery {
	const status = fault.status ?? 500;
	const body = errorBody(status, fault.message ?? documentedMessage(status));
	if (!isStreamed(original)) return jsonDelivery(status, body, lastDueMs(original.chunks));
	const kept = original.chunks.slice(0, fault.afterEvents ?? defaultEventsBeforeFault);
	const data = `data: ${JSON.stringify(body)}\n\n${doneEvent.text}`;
	return { ...original, chunks: [...kept, { data, dueMs: lastDueMs(kept) }], isCompletion: false };
}
