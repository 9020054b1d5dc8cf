/* eslint-disable @n8n/community-nodes/no-restricted-imports -- not shipped: runs outside n8n */
import type { ServerResponse } from 'node:http';
import { deliver, type Delivery } from './delivery';
import { currentTimeMs, type RecordedRequest, type RequestOutcome } from './recordedRequest';

/** One request and its response, until it is answered, aborted, or reset. */
export class Exchange {
	isCompletion = false;
	private releaseSlot?: () => void;
	private stopDelivery?: () => void;

	constructor(
		readonly record: RecordedRequest,
		readonly response: ServerResponse,
		private readonly onSettled: (exchange: Exchange) => void,
	) {
		response.setHeader('x-request-id', record.requestId);
		response.on('close', () => {
			this.settle(response.writableEnded ? 'answered' : 'aborted');
		});
	}

	/** Releases the slot when the exchange ends. */
	holdSlot(releaseSlot: () => void): void {
		this.releaseSlot = releaseSlot;
	}

	get holdsSlot(): boolean {
		return this.releaseSlot !== undefined;
	}

	send(delivery: Delivery): void {
		if (this.record.outcome !== undefined) return;
		const elapsedMs = () => currentTimeMs() - this.record.startedAtMs;
		this.stopDelivery = deliver(this.response, delivery, elapsedMs, (outcome) => {
			this.isCompletion = outcome === 'answered' && delivery.isCompletion === true;
			this.settle(outcome);
		});
	}

	private settle(outcome: RequestOutcome): void {
		const { record, response } = this;
		if (record.outcome !== undefined) return;
		record.outcome = outcome;
		record.endedAtMs = currentTimeMs();
		if (response.headersSent) record.status = response.statusCode;
		this.stopDelivery?.();
		this.releaseSlot?.();
		this.onSettled(this);
	}
}
