import { supplyModel } from '@n8n/ai-node-sdk';
import type { IDataObject, ISupplyDataFunctions } from 'n8n-workflow';
import { addUsage } from '../../inference/catalog/addUsage';
import type { TokenUsage } from '../../inference/completion/completionParts';
import { openClient } from '../../inference/openClient';
import { noTrace } from '../../inference/weave/Trace';
import { readModel } from '../shared/modelField';
import { toNodeError } from '../shared/nodeError';
import { readRequestOptions } from '../shared/requestOptions';
import { readRetryPolicy } from '../shared/readRetryPolicy';
import { readChoice, readInteger } from '../shared/readValue';
import { agentResponseFormats } from './agentOptionsField';
import { traceUsage } from '../shared/traceUsage';
import { agentTraces } from './agentTraces';
import { attempt } from './attempt';
import { patchAdapter } from './patchAdapter';
import { WandbChatModel } from './WandbChatModel';

/** The model that n8n passes to an agent or chain, with the node's parameters for one item. */
export async function supplyChatModel(
	context: ISupplyDataFunctions,
	itemIndex: number,
): Promise<ReturnType<typeof supplyModel>> {
	const explain = (error: unknown) => {
		const place = { node: 'agent', itemIndex, itemCount: 1 } as const;
		const nodeError = toNodeError(context.getNode(), error, place);
		// Otherwise n8n would show 'Error in sub-node' instead of the message and its advice.
		nodeError.functionality = 'configuration-node';
		return nodeError;
	};
	let total: TokenUsage | undefined;
	try {
		const values = context.getNodeParameter('options', itemIndex, {}) as IDataObject;
		const client = await openClient(context);
		const modelId = readModel(context.getNodeParameter('model', itemIndex));
		const options = readRequestOptions(values, 'agent');
		const model = new WandbChatModel({
			model: modelId,
			options,
			responseFormat: {
				type: readChoice(values.responseFormat, 'Response Format', agentResponseFormats, 'text'),
			},
			retryPolicy: readRetryPolicy({ maxRetries: values.maxRetries, maxWait: values.maxWait }),
			client,
			startTrace: options.traceToWeave
				? agentTraces(context, client.traces, {
						itemIndex,
						model: modelId,
						extraHeaders: options.extraHeaders,
					})
				: () => noTrace,
			execution: context.getExecutionId(),
			node: `${context.getWorkflow().id} ${context.getNode().id}`,
			maxConcurrency: readInteger(values.maxConcurrency, 'Max Concurrency', 1),
			cancelSignal: context.getExecutionCancelSignal(),
			onUsage: (usage) => {
				total = total ? addUsage(total, usage) : usage;
				attempt(() => traceUsage(context, usage, total));
			},
			explain,
		});
		const { response } = supplyModel(context, model);
		return { response: patchAdapter(response) };
	} catch (error) {
		throw explain(error);
	}
}
