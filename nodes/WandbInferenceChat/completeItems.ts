import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { completeChat } from '../../inference/completeChat';
import { openClient, type InferenceClient } from '../../inference/openClient';
import { InferenceError } from '../../inference/InferenceError';
import type { Throughput } from '../../inference/pacing/Governor';
import { toNodeError } from '../shared/nodeError';
import { forEachConcurrently } from './forEachConcurrently';
import { isAgentTool } from './isAgentTool';
import { startLiveText, type LiveText } from './liveText';
import { toErrorItem, toItem } from './toItem';
import { readParameters, readThroughput } from './readParameters';
import { RunReport } from './RunReport';

/**
 * Answers every input item, each at its own place in the output. A failed item becomes an error
 * item under 'Continue'; else it ends the run: requests under way are given up, nothing more starts.
 */
export async function completeItems(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const itemCount = context.getInputData().length;
	const output = new Array<INodeExecutionData>(itemCount);
	const report = new RunReport();
	const giveUp = new AbortController();
	const stop = eitherSignal(context.getExecutionCancelSignal(), giveUp.signal);
	// One for each place: many listeners on one signal make Node.js warn of a leak.
	const signals: AbortSignal[] = [];
	const forAgent = isAgentTool(context);
	const opening = open(context);
	let failure: Error | undefined;

	await forEachConcurrently(itemCount, await concurrencyOf(opening), async (itemIndex, place) => {
		const signal = (signals[place] ??= AbortSignal.any([stop]));
		// The agent, not a person, reads what its tool answers.
		const live = forAgent ? undefined : startLiveText(context, itemIndex);
		try {
			const run = { context, account: await opening, report, signal, forAgent, live };
			output[itemIndex] = await completeItem(run, itemIndex);
		} catch (error) {
			if (context.continueOnFail() && !isCancelled(error)) {
				const item = toErrorItem(error, itemIndex);
				output[itemIndex] = item;
				await live?.fail(String(item.json.error));
				return;
			}
			const { succeeded } = report;
			failure ??= toNodeError(context.getNode(), error, { itemIndex, itemCount, succeeded });
			giveUp.abort();
		}
	});
	if (failure) throw failure;
	context.addExecutionHints?.(...report.hints());
	return output;
}

/** What all items send their requests with. */
interface Account {
	client: InferenceClient;
	throughput: Throughput;
}

/** What one item needs of the run that it belongs to. */
interface Run {
	context: IExecuteFunctions;
	account: Account;
	report: RunReport;
	signal: AbortSignal;
	/** The node runs as an agent's tool. */
	forAgent: boolean;
	live?: LiveText;
}

async function completeItem(
	{ context, account, report, signal, forAgent, live }: Run,
	itemIndex: number,
): Promise<INodeExecutionData> {
	const parameters = await readParameters(context, itemIndex);
	const maxConcurrency = concurrencyIn(account.throughput);
	const result = await completeChat(account.client, parameters.request, {
		...parameters,
		maxConcurrency,
		signal,
		onText: live?.onText,
		onRetry: report.noteRetry,
	});
	const item = toItem(result, { ...parameters, forAgent }, itemIndex);
	await live?.end();
	const { limit } = account.client.governorFor(parameters.extraHeaders);
	report.noteAnswer(result, Math.min(limit, maxConcurrency));
	return item;
}

async function open(context: IExecuteFunctions): Promise<Account> {
	const throughput = readThroughput(context);
	return { client: await openClient(context, throughput), throughput };
}

/** Where the account cannot be opened, each item says why: one after the other is soon enough. */
async function concurrencyOf(opening: Promise<Account>): Promise<number> {
	return await opening.then(
		({ throughput }) => concurrencyIn(throughput),
		() => 1,
	);
}

function concurrencyIn(throughput: Throughput): number {
	return throughput.mode === 'fixed' ? throughput.concurrency : throughput.maxConcurrency;
}

function eitherSignal(first: AbortSignal | undefined, second: AbortSignal): AbortSignal {
	return first ? AbortSignal.any([first, second]) : second;
}

function isCancelled(error: unknown): boolean {
	return error instanceof InferenceError && error.kind === 'cancelled';
}
