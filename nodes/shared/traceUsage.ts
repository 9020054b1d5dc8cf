import * as workflow from 'n8n-workflow';
import type { IExecuteFunctions, ISupplyDataFunctions } from 'n8n-workflow';
import type { TokenUsage } from '../../inference/completion/completionParts';

/**
 * Tells n8n what the answers cost, for its own telemetry and OpenTelemetry spans: `added` since the
 * last call, and the `total` of the node so far. Older versions of n8n lack these functions.
 */
export function traceUsage(
	context: IExecuteFunctions | ISupplyDataFunctions,
	added: TokenUsage | undefined,
	total = added,
): void {
	if (added?.promptTokens === undefined || added.completionTokens === undefined) return;
	// n8n declares the function for nodes, but only uses what sub-nodes have as well.
	const node = context as IExecuteFunctions;
	workflow.accumulateTokenUsage?.(node, added.promptTokens, added.completionTokens);
	node.setMetadata?.({
		tracing: {
			'gen_ai.usage.input_tokens': total?.promptTokens ?? added.promptTokens,
			'gen_ai.usage.output_tokens': total?.completionTokens ?? added.completionTokens,
			...(total?.costUsd === undefined ? {} : { 'gen_ai.usage.cost_usd': total.costUsd }),
		},
	});
}
