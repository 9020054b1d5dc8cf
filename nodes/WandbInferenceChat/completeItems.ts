import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { completeChat } from '../../inference/completeChat';
import { InferenceError } from '../../inference/InferenceError';
import { openClient, type InferenceClient } from '../../inference/openClient';
import type { Throughput } from '../../inference/pacing/GovernorRegistry';
import { toErrorItem, toNodeError } from '../shared/nodeError';
import { forEachConcurrently } from './forEachConcurrently';
import { isAgentTool } from './isAgentTool';
import { startLiveText, type LiveText } from './liveText';
import { readParameters, readThroughput } from './readParameters';
import { RunReport } from './RunReport';
import { toItem } from './toItem';

/**
 * Processes every input item and returns the output in input order. Under 'Continue', a failed item
 * becomes an error item. Otherwise it ends the run: open requests are aborted and no more are sent.
 */
export async function completeItems(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const itemCount = context.getInputData().length;
	const output = new Array<INodeExecutionData>(itemCount);
	const report = new RunReport();
	const abort = new AbortController();
	const stop = eitherSignal(context.getExecutionCancelSignal(), abort.signal);
	// One signal per worker, because Node.js warns of a leak if one has many listeners.
	const signals: AbortSignal[] = [];
	const forAgent = isAgentTool(context);
	const opening = open(context);
	let failure: Error | undefined;

	await forEachConcurrently(itemCount, await concurrencyOf(opening), async (itemIndex, worker) => {
		const signal = (signals[worker] ??= AbortSignal.any([stop]));
		// If the node is a tool, the agent reads its output, not a user.
		const live = forAgent ? undefined : startLiveText(context, itemIndex);
		try {
			const run = { context, ...(await opening), report, signal, forAgent, live };
			output[itemIndex] = await completeItem(run, itemIndex);
		} catch (error) {
			if (context.continueOnFail() && !isCancelled(error)) {
				const item = toErrorItem(error, itemIndex);
				output[itemIndex] = item;
				await live?.fail(String(item.json.error));
				return;
			}
			const { succeeded } = report;
			const place = { node: 'chat', itemIndex, itemCount, succeeded } as const;
			failure ??= toNodeError(context.getNode(), error, place);
			abort.abort();
		}
	});
	if (failure) throw failure;
	context.addExecutionHints?.(...report.hints());
	return output;
}

/** What one item needs from the run. */
interface Run {
	context: IExecuteFunctions;
	client: InferenceClient;
	throughput: Throughput;
	report: RunReport;
	signal: AbortSignal;
	/** Whether the node runs as an agent's tool. */
	forAgent: boolean;
	live?: LiveText;
}

async function completeItem(
	{ context, client, throughput, report, signal, forAgent, live }: Run,
	itemIndex: number,
): Promise<INodeExecutionData> {
	const parameters = await readParameters(context, itemIndex);
	const result = await completeChat(client, parameters.request, {
		...parameters,
		throughput,
		signal,
		onText: live?.onText,
		onRetry: report.noteRetry,
	});
	const item = toItem(result, { ...parameters, forAgent }, itemIndex);
	await live?.end();
	report.noteResult(result);
	return item;
}

async function open(context: IExecuteFunctions): Promise<Pick<Run, 'client' | 'throughput'>> {
	const throughput = readThroughput(context);
	return { client: await openClient(context), throughput };
}

/** If the client cannot be opened, each item fails with the reason, so one at a time is enough. */
async function concurrencyOf(opening: Promise<Pick<Run, 'throughput'>>): Promise<number> {
	return await opening.then(
		({ throughput }) => throughput.maxConcurrency,
		() => 1,
	);
}

function eitherSignal(first: AbortSignal | undefined, second: AbortSignal): AbortSignal {
	return first ? AbortSignal.any([first, second]) : second;
}

function isCancelled(error: unknown): boolean {
	return error instanceof InferenceError && error.kind === 'cancelled';
}
