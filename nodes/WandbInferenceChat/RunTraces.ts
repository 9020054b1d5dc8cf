import type { IExecuteFunctions, NodeExecutionHint } from 'n8n-workflow';
import type { NodeClient } from '../../inference/openClient';
import type { NodeTraces } from '../../inference/weave/NodeTraces';
import { noTrace, type Trace } from '../../inference/weave/Trace';
import { startTrace, traceQueueFor } from '../shared/startTrace';
import { foreignKeyHint, traceHint } from '../shared/traceHint';
import type { ChatParameters } from './readParameters';

/** How long a run waits at its end for traces that are on their way. */
const maxWaitMs = 5000;

/** The traces of one run of the node. */
export class RunTraces {
	private traces?: NodeTraces;

	constructor(private readonly context: IExecuteFunctions) {}

	/** Starts the trace of an item, if its options ask for one. */
	start(client: NodeClient, parameters: ChatParameters, itemIndex: number): Trace {
		if (!parameters.traceToWeave) return noTrace;
		this.traces = client.traces;
		const queue = traceQueueFor(this.traces, parameters.extraHeaders);
		if (!queue) return noTrace;
		return startTrace(queue, this.context, { itemIndex, model: parameters.request.model });
	}

	/** Sends what is left, without making a stopped run wait, and says what was lost. */
	async end(): Promise<NodeExecutionHint[]> {
		if (!this.traces) return [];
		if (this.traces.hasForeignKey) return [foreignKeyHint];
		const isStopped = this.context.getExecutionCancelSignal()?.aborted === true;
		const hint = traceHint(await this.traces.flush(isStopped ? 0 : maxWaitMs));
		return hint ? [hint] : [];
	}
}
