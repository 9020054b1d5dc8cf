import type { INodeExecutionData } from 'n8n-workflow';
import type { SimulatedWeaveCall } from '../../tools/simulator/simulator';

const itemOf = ({ attributes: { n8n } }: SimulatedWeaveCall) =>
	(n8n as { itemIndex: number }).itemIndex;

/** Describes everything that is wrong with the calls themselves. */
export function treeProblems(
	calls: ReadonlyArray<Pick<SimulatedWeaveCall, 'id' | 'trace_id' | 'parent_id'>>,
): string[] {
	const byId = new Map(calls.map((call) => [call.id, call]));
	const lost = calls.filter(({ parent_id: parent, trace_id: trace }) => {
		return parent !== undefined && byId.get(parent)?.trace_id !== trace;
	});
	return [
		...(byId.size < calls.length ? [`${calls.length - byId.size} calls were sent twice`] : []),
		...(lost.length > 0 ? [`${lost.length} calls have an unknown parent`] : []),
	];
}

/**
 * Describes everything that is wrong with the traces of a run: each item has one, with as many
 * requests as the item, and with its answer or error. `items` are absent if the run failed.
 */
export function traceProblems(
	calls: readonly SimulatedWeaveCall[],
	items: INodeExecutionData[] | undefined,
	itemCount: number,
): string[] {
	const roots = calls.filter(({ parent_id: parent }) => parent === undefined);
	const rootByItem = new Map(roots.map((root) => [itemOf(root), root]));
	const requestCounts = new Map<string, number>();
	for (const { op_name: name, trace_id: trace } of calls) {
		if (name !== 'wandb_inference.chat_completion') continue;
		requestCounts.set(trace, (requestCounts.get(trace) ?? 0) + 1);
	}
	return [
		...treeProblems(calls),
		...(rootByItem.size < roots.length ? ['an item has several traces'] : []),
		...(items && rootByItem.size !== itemCount ? [`${rootByItem.size} items have a trace`] : []),
		...(items ?? []).flatMap(({ json }, row) => {
			const root = rootByItem.get(row);
			const count = root && requestCounts.get(root.trace_id);
			return root && fits(root, count ?? 0, json) ? [] : [`row ${row} has not its own trace`];
		}),
	];
}

/** Whether a trace says what the item says. */
function fits(
	{ id, output, exception }: SimulatedWeaveCall,
	requestCount: number,
	json: INodeExecutionData['json'],
): boolean {
	const { attempts: ofError } = (json.details ?? {}) as { attempts?: number };
	if (requestCount !== Number(json.attempts ?? ofError ?? 1)) return false;
	if ('error' in json) return exception === json.error && output === undefined;
	const { output: answer } = (output ?? {}) as { output?: unknown };
	return (
		JSON.stringify(answer) === JSON.stringify(json.output) &&
		exception === undefined &&
		(json.traceUrl === undefined || String(json.traceUrl).endsWith(`/${id}`))
	);
}
