import type { IExecuteFunctions, ISupplyDataFunctions } from 'n8n-workflow';
import type { InferenceClient } from '../../inference/openClient';
import type { Trace } from '../../inference/weave/Trace';
import type { TraceQueue } from '../../inference/weave/TraceQueue';
import { ParameterError } from './ParameterError';

/** Where the traces of an account go. Throws a `ParameterError` if there is no such place. */
export function traceQueueOf({ traces }: InferenceClient): TraceQueue {
	if (traces) return traces;
	throw new ParameterError(
		"'Trace to Weave' needs a project and a Weave address",
		"Enter 'Project' in the credential as 'team/project', and 'Weave URL' (normally https://trace.wandb.ai). Or turn off 'Trace to Weave' in Options.",
	);
}

/** Starts the trace of one item, with what leads back from Weave to n8n. */
export function startTrace(
	traces: TraceQueue,
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
	return traces.start(
		attributes,
		{ name: 'wandb_inference.item', inputs: { model }, displayName },
		onEnd,
	);
}
