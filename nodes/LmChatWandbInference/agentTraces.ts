import type { ISupplyDataFunctions, NodeExecutionHint } from 'n8n-workflow';
import type { NodeTraces } from '../../inference/weave/NodeTraces';
import { noTrace, type Trace } from '../../inference/weave/Trace';
import { startTrace, traceQueueFor } from '../shared/startTrace';
import { foreignKeyHint, traceHint } from '../shared/traceHint';
import { attempt } from './attempt';

/** How long a trace may take to arrive before it counts as lost; nothing waits for it. */
const maxSendMs = 120_000;

interface AgentItem {
	itemIndex: number;
	model: string;
	extraHeaders: Record<string, string>;
}

/**
 * Starts a trace for each call of the model. It is sent at the end of the call, together with others
 * that wait. Throws a `ParameterError` if there is no place for traces.
 */
export function agentTraces(
	context: ISupplyDataFunctions,
	traces: NodeTraces,
	{ extraHeaders, ...item }: AgentItem,
): () => Trace {
	const queue = traceQueueFor(traces, extraHeaders);
	if (!queue) {
		warnOnce(context, foreignKeyHint);
		return () => noTrace;
	}
	const send = async () => {
		const hint = traceHint(await traces.flush(maxSendMs));
		if (hint) warnOnce(context, hint);
	};
	return () => startTrace(queue, context, item, () => void send());
}

/** The runs that were warned, because the model is supplied anew for each step of an agent. */
const warned = new Set<string>();
const maxWarned = 1000;

/** The hint comes too late for the run's data if the run ends first, so the warning is logged too. */
function warnOnce(context: ISupplyDataFunctions, hint: NodeExecutionHint): void {
	const { id, name } = context.getNode();
	const run = `${context.getExecutionId()} ${id}`;
	if (warned.has(run)) return;
	if (warned.size >= maxWarned) warned.clear();
	warned.add(run);
	attempt(() => context.addExecutionHints?.(hint));
	attempt(() => context.logger.warn(`${name}: ${hint.message}`));
}
