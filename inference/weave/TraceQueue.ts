import type { JsonObject } from 'n8n-workflow';
import type { InferenceError } from '../InferenceError';
import type { Clock } from '../pacing/clock';
import { CallTrace, type TracePlace } from './CallTrace';
import type { Trace } from './Trace';
import type { TraceMemory } from './TraceMemory';
import type { WeaveCall } from './WeaveCall';
import type { WeaveWriter } from './WeaveWriter';

/** One request has about this much. */
const batchCalls = 500;
const batchLength = 4_000_000;
/** How often a batch that is too large for the service is cut in halves. */
const maxHalvings = 4;

interface WaitingTrace {
	calls: WeaveCall[];
	length: number;
}

/** What did not arrive, in traces. */
export interface TraceReport {
	/** Weave did not take them. */
	refused: number;
	/** Why; of the last ones. */
	error?: InferenceError;
	/** Left out because they, or those that were waiting, take up too much memory. */
	dropped: number;
	/** Still waiting, or on their way. */
	open: number;
}

/**
 * Sends the traces of a project to Weave, many in one request and beside the node's work. An error
 * is only counted.
 */
export class TraceQueue {
	private waiting: WaitingTrace[] = [];

	private waitingCalls = 0;

	private waitingLength = 0;

	private sending?: Promise<void>;

	/** Whether batches that are not full are sent too. */
	private isFlushing = false;

	private readonly counts: TraceReport = { refused: 0, dropped: 0, open: 0 };

	constructor(
		private readonly place: TracePlace,
		private readonly writer: WeaveWriter,
		private readonly clock: Pick<Clock, 'sleep' | 'now'>,
		private readonly memory: TraceMemory,
	) {}

	/** Starts the trace of an item. It is sent some time after its end, which `onEnd` reports. */
	start(
		attributes: JsonObject,
		{ name, inputs, displayName }: { name: string; inputs: JsonObject; displayName: string },
		onEnd?: () => void,
	): Trace {
		const startedMs = Date.now() - this.clock.now();
		const tree = {
			place: this.place,
			attributes,
			now: () => new Date(startedMs + this.clock.now()),
			onEnd: (calls: WeaveCall[]) => {
				this.add(calls);
				onEnd?.();
			},
		};
		return CallTrace.root(tree, name, inputs, displayName);
	}

	/** Sends all that is waiting. Returns when that is done, but after `maxMs` at the latest. */
	async flush(maxMs: number): Promise<void> {
		this.isFlushing = true;
		const end = new AbortController();
		const limit = this.clock.sleep(maxMs, end.signal).catch(() => undefined);
		await Promise.race([this.sendAll(), limit]);
		end.abort();
	}

	report(): TraceReport {
		return { ...this.counts };
	}

	private add(calls: WeaveCall[]): void {
		const length = lengthOf(calls);
		if (!this.memory.take(length)) {
			this.counts.dropped += 1;
			return;
		}
		this.waiting.push({ calls, length });
		this.waitingCalls += calls.length;
		this.waitingLength += length;
		this.counts.open += 1;
		if (this.hasFullBatch) void this.send();
	}

	private get hasFullBatch(): boolean {
		return this.waitingCalls >= batchCalls || this.waitingLength >= batchLength;
	}

	private async sendAll(): Promise<void> {
		while (this.isFlushing) await this.send();
	}

	private async send(): Promise<void> {
		this.sending ??= this.sendBatches().finally(() => {
			this.sending = undefined;
		});
		await this.sending;
	}

	private async sendBatches(): Promise<void> {
		while (this.hasFullBatch || (this.isFlushing && this.waiting.length > 0)) {
			await this.sendBatch(this.takeBatch());
		}
		this.isFlushing = false;
	}

	/** Whole traces, at least one. */
	private takeBatch(): WaitingTrace[] {
		let [calls, length, count] = [0, 0, 0];
		for (const trace of this.waiting) {
			calls += trace.calls.length;
			length += trace.length;
			if (count > 0 && (calls > batchCalls || length > batchLength)) break;
			count += 1;
		}
		const batch = this.waiting.splice(0, count);
		for (const trace of batch) {
			this.waitingCalls -= trace.calls.length;
			this.waitingLength -= trace.length;
		}
		return batch;
	}

	private async sendBatch(batch: WaitingTrace[], halvings = 0): Promise<void> {
		const error = await this.writer.write(batch.flatMap(({ calls }) => calls));
		if (error?.status === 413 && batch.length > 1 && halvings < maxHalvings) {
			const middle = Math.ceil(batch.length / 2);
			await this.sendBatch(batch.slice(0, middle), halvings + 1);
			await this.sendBatch(batch.slice(middle), halvings + 1);
			return;
		}
		if (error) {
			this.counts.refused += batch.length;
			this.counts.error = error;
		}
		this.counts.open -= batch.length;
		for (const { length } of batch) this.memory.giveBack(length);
	}
}

/** About how long the value is as JSON, without writing it. */
function lengthOf(value: unknown): number {
	if (typeof value === 'string') return value.length + 2;
	if (typeof value !== 'object' || value === null) return 8;
	return Object.entries(value).reduce(
		(sum, [name, part]) => sum + name.length + 4 + lengthOf(part),
		2,
	);
}
