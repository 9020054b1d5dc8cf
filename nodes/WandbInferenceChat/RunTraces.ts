import type { IExecuteFunctions, NodeExecutionHint } from 'n8n-workflow';
import type { InferenceClient } from '../../inference/openClient';
import { noTrace, type Trace } from '../../inference/weave/Trace';
import type { TraceQueue } from '../../inference/weave/TraceQueue';
import { traceAdvice } from '../shared/advice';
import { startTrace, traceQueueOf } from '../shared/startTrace';
import type { ChatParameters } from './readParameters';

/** How long a run waits at its end for traces that are on their way. */
const maxWaitMs = 5000;

/** The traces of one run of the node. */
export class RunTraces {
	private traces?: TraceQueue;

	constructor(private readonly context: IExecuteFunctions) {}

	/** Starts the trace of an item, if its options ask for one. */
	start(client: InferenceClient, parameters: ChatParameters, itemIndex: number): Trace {
		if (!parameters.traceToWeave) return noTrace;
		this.traces = traceQueueOf(client);
		const { model } = parameters.request;
		return startTrace(this.traces, this.context, { itemIndex, model });
	}

	/** Sends what is left, without making a stopped run wait, and says what was lost. */
	async end(): Promise<NodeExecutionHint[]> {
		if (!this.traces) return [];
		const isStopped = this.context.getExecutionCancelSignal()?.aborted === true;
		await this.traces.flush(isStopped ? 0 : maxWaitMs);
		const { refused, error, dropped, open } = this.traces.report();
		const sentences = [
			...(refused > 0 && error
				? [
						`${refused === 1 ? '1 trace' : `${refused} traces`} could not be sent to Weave: ${error.message}. ${traceAdvice(error)}`,
					]
				: []),
			...(dropped > 0
				? [`${tracesWere(dropped)} left out because Weave did not take them fast enough.`]
				: []),
			...(open > 0
				? [`${tracesWere(open)} still being sent to Weave when the run ended, and may be lost.`]
				: []),
		];
		if (sentences.length === 0) return [];
		return [{ message: sentences.join(' '), type: 'warning', location: 'outputPane' }];
	}
}

function tracesWere(count: number): string {
	return count === 1 ? '1 trace was' : `${count} traces were`;
}
