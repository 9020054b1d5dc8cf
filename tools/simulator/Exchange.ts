/* eslint-disable @n8n/community-nodes/no-restricted-imports -- not shipped: runs outside n8n */
import type { ServerResponse } from 'node:http';

import { deliver } from './delivery';
import type { Delivery } from './delivery';
import { currentTimeMs } from './recordedRequest';
import type { RecordedRequest, RequestOutcome } from './recordedRequest';

/** One request and its answer, from the first byte until it has ended in one of the possible ways. */
export class Exchange {
	isAnswer = false;
	private giveBackSlot?: () => void;
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

	/** Keeps a slot until the exchange has ended. */
	holdSlot(giveBackSlot: () => void): void {
		this.giveBackSlot = giveBackSlot;
	}

	get holdsSlot(): boolean {
		return this.giveBackSlot !== undefined;
	}

	send(delivery: Delivery): void {
		if (this.record.outcome !== undefined) return;
		const elapsedMs = () => currentTimeMs() - this.record.startedAtMs;
		this.stopDelivery = deliver(this.response, delivery, elapsedMs, (outcome) => {
			this.isAnswer = outcome === 'answered' && delivery.isAnswer === true;
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
		this.giveBackSlot?.();
		this.onSettled(this);
	}
}
