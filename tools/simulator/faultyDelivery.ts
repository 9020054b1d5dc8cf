import { documentedMessage, errorBody } from './apiError';
import { jsonDelivery, textDelivery } from './delivery';
import type { Delivery, DeliveryPiece } from './delivery';
import type { Fault, FaultPoint } from './fault';
import { doneEvent } from './streamEvents';

/** A fault that the simulator sends by itself. */
export type SimulatedFault = Exclude<Fault, { kind: 'custom' }>;

const gatewayPage = `<html>
<head><title>502 Bad Gateway</title></head>
<body><center><h1>502 Bad Gateway</h1></center><hr><center>gateway</center></body>
</html>
`;
const defaultEventsBeforeFault = 2;

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
	const pieces = body.length === 0 ? [] : [{ data: body, dueMs: 0 }];
	return { status, headers: { ...headers, ...fault.headers }, pieces, ending: 'end' };
}

function isStreamed(delivery: Delivery): boolean {
	return delivery.headers['content-type']?.startsWith('text/event-stream') ?? false;
}

function lastDueMs(pieces: DeliveryPiece[]): number {
	return pieces.at(-1)?.dueMs ?? 0;
}

function halfOf({ pieces }: Delivery): DeliveryPiece[] {
	const whole = Buffer.concat(pieces.map(({ data }) => Buffer.from(data)));
	return [{ data: whole.subarray(0, Math.floor(whole.length / 2)), dueMs: lastDueMs(pieces) }];
}

function broken(answer: Delivery, point: FaultPoint, ending: 'reset' | 'stall'): Delivery {
	const eventCount = point.afterEvents ?? defaultEventsBeforeFault;
	const pieces =
		point.where === 'inStream' && isStreamed(answer)
			? answer.pieces.slice(0, eventCount)
			: halfOf(answer);
	return { ...answer, pieces, ending, isAnswer: false };
}

function endedEarly(answer: Delivery, afterEvents: number | undefined): Delivery {
	const headers = { ...answer.headers };
	delete headers['content-length'];
	const whole = { ...answer, headers, isAnswer: false };
	if (!isStreamed(answer)) return { ...whole, pieces: halfOf(answer) };
	const beforeFinish = Math.max(0, answer.pieces.length - 2);
	const eventCount = Math.min(afterEvents ?? Math.ceil(beforeFinish / 2), beforeFinish);
	return { ...whole, pieces: answer.pieces.slice(0, eventCount) };
}

function withErrorEvent(
	answer: Delivery,
	fault: Extract<Fault, { kind: 'errorInStream' }>,
): Delivery {
	const status = fault.status ?? 500;
	const body = errorBody(status, fault.message ?? documentedMessage(status));
	if (!isStreamed(answer)) return jsonDelivery(status, body, lastDueMs(answer.pieces));
	const kept = answer.pieces.slice(0, fault.afterEvents ?? defaultEventsBeforeFault);
	const data = `data: ${JSON.stringify(body)}\n\n${doneEvent.text}`;
	return { ...answer, pieces: [...kept, { data, dueMs: lastDueMs(kept) }], isAnswer: false };
}

/** What goes out instead of the answer. The answer is only written for faults that spoil it. */
export function buildFaultyDelivery(fault: SimulatedFault, answer: () => Delivery): Delivery {
	switch (fault.kind) {
		case 'status':
			return statusDelivery(fault);
		case 'body':
			return bodyDelivery(fault);
		case 'reset':
		case 'stall':
			if (fault.where === 'beforeHeaders') return { headers: {}, pieces: [], ending: fault.kind };
			return broken(answer(), fault, fault.kind);
		case 'endStreamEarly':
			return endedEarly(answer(), fault.afterEvents);
		case 'errorInStream':
			return withErrorEvent(answer(), fault);
	}
}
