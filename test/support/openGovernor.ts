import { Governor } from '../../inference/pacing/Governor';
import type { Permit, PermitRequest } from '../../inference/pacing/Permit';
import { FixedLimiter, type Limiter } from '../../inference/pacing/limiter';
import { FakeClock, settled } from './fakeClock';

/** Records what a limiter is told. */
export class RecordingLimiter extends FixedLimiter implements Limiter {
	readonly told: string[] = [];

	override start(inFlight: number) {
		this.told.push(`start ${inFlight}`);
		return super.start(inFlight);
	}

	override accepted() {
		this.told.push('accepted');
	}

	override succeeded() {
		this.told.push('succeeded');
	}

	override rejected(_request?: unknown, inFlight = NaN) {
		this.told.push(`rejected ${inFlight}`);
	}

	override ended() {
		this.told.push('ended');
	}

	override restart() {
		this.told.push('restart');
	}
}

type End = 'accepted' | 'succeeded' | 'rejected' | 'ended';

/** A governor with this limit, and functions that queue and end requests by name. */
export function openGovernor(limit: number, limiter: Limiter = new RecordingLimiter(limit)) {
	const clock = new FakeClock();
	const governor = new Governor(limiter, clock);
	const run = { maxConcurrency: Infinity };
	const admitted: string[] = [];
	const gaveUp: string[] = [];
	const permits = new Map<string, Permit>();
	/** Queues a request; `admitted` gets its name once it may start. */
	const queue = async (name: string, request: Partial<PermitRequest> = {}) => {
		const permit = await governor.acquire({ run, ...request });
		if (!permit) {
			gaveUp.push(name);
			return;
		}
		admitted.push(name);
		permits.set(name, permit);
		permit.sent();
	};
	const end = async (name: string, how: End = 'succeeded') => {
		permits.get(name)?.[how]();
		await settled();
	};
	const overload = async (name: string, retryAfterMs?: number) => {
		permits.get(name)?.unavailable('overloaded', retryAfterMs);
		await settled();
	};
	return { clock, governor, run, admitted, gaveUp, permits, queue, end, overload };
}
