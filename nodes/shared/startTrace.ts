import type { IExecuteFunctions, ISupplyDataFunctions } from 'n8n-workflow';
import type { NodeTraces } from '../../inference/weave/NodeTraces';
import type { Trace } from '../../inference/weave/Trace';
import type { TraceQueue } from '../../inference/weave/TraceQueue';
import { ParameterError } from './ParameterError';

/**
 * Where the trace of a request with these headers goes; nowhere if the key must not be sent to Weave.
 * Throws a `ParameterError` if there is no place for traces.
 */
export function traceQueueFor(
	traces: NodeTraces,
	extraHeaders: Record<string, string>,
): TraceQueue | undefined {
	const queue = traces.queueFor(extraHeaders);
	if (queue !== 'noPlace') return queue === 'foreignKey' ? undefined : queue;
	throw new ParameterError(
		"'Trace to Weave' needs 'Project' and 'Weave URL' in the credential",
		"Enter 'Project' in the credential as 'team/project', and 'Weave URL' (normally https://trace.wandb.ai). Or turn off 'Trace to Weave' in Options.",
	);
}

/** Starts the trace of one item, with what leads back from Weave to n8n. */
export function startTrace(
	queue: TraceQueue,
	context: IExecuteFunctions | ISupplyDataFunctions,
	{ itemIndex, model }: { itemIndex: number; model: string },
	onEnd?: () => void,
): Trace {
	const { id, name } = context.getWorkflow();
	const node = context.getNode().name;
	const attributes = {
		n8n: {
			...(id === undefined ? {} : { workflowId: id }),
			...(name === undefined ? {} : { workflowName: name }),
			executionId: context.getExecutionId(),
			nodeName: node,
			itemIndex,
		},
	};
	const displayName = `${node} [item ${itemIndex}]`;
	return queue.start(
		attributes,
		{ name: 'wandb_inference.item', inputs: { model }, displayName },
		onEnd,
	);
}
