import type { IExecuteFunctions, INodeExecutionData, JsonObject } from 'n8n-workflow';
import { effectiveFormat } from '../../inference/chatRequest';
import type { AnswerOptions } from '../../inference/completeAnswer';
import type { BeforeRound } from '../../inference/completeWithTools';
import { InferenceError } from '../../inference/InferenceError';
import { openClient, type NodeClient } from '../../inference/openClient';
import type { Permit } from '../../inference/pacing/Permit';
import type { Throughput } from '../../inference/pacing/GovernorRegistry';
import type { Run } from '../../inference/pacing/RunQueue';
import type { ConnectedTools } from '../../inference/toolRuns';
import { traced, type Trace } from '../../inference/weave/Trace';
import { toErrorItem, toNodeError } from '../shared/nodeError';
import { traceUsage } from '../shared/traceUsage';
import { isAgentTool } from './isAgentTool';
import { chatText, startLiveText, type LiveText } from './liveText';
import { completeRequest, offeredParameters } from './completeRequest';
import { completeWithinBudget } from './completeWithinBudget';
import { neededFeatures } from './neededFeatures';
import { readConnectedTools } from './readConnectedTools';
import { readBudget, readParameters, readThroughput, type ChatParameters } from './readParameters';
import { RunBudget, type Budget } from './RunBudget';
import { RunReport } from './RunReport';
import { RunTraces } from './RunTraces';
import { sizeOfItem } from './sizeOfItem';
import { startItems } from './startItems';
import { toItem } from './toItem';

/**
 * Processes every input item and returns the output in input order. Under 'Continue', a failed item
 * becomes an error item. Otherwise it ends the run: open requests are aborted and no more are sent.
 */
export async function completeItems(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const itemCount = context.getInputData().length;
	const report = new RunReport();
	const traces = new RunTraces(context);
	const results = new RunResults(context, itemCount, report);
	const signals = new SignalPool(context.getExecutionCancelSignal(), results.ended);
	try {
		const session = { ...(await openSession(context)), report, traces };
		const { client, throughput, run, forAgent } = session;
		const governor = client.governorFor({}, throughput);
		const acquire = async () => await governor.acquire({ run, signal: signals.all });
		const work = async (itemIndex: number, permit: Permit) => {
			const signal = signals.take();
			let live: LiveText | undefined;
			try {
				// If the node is a tool, the agent reads its output, not a user.
				live = forAgent ? undefined : startLiveText(context, itemIndex);
				const item = { itemIndex, permit, signal, live, onFailure: results.endRun };
				results.output[itemIndex] = await completeItem(session, item);
			} catch (error) {
				await results.fail(error, itemIndex, live);
			} finally {
				signals.giveBack(signal);
			}
		};
		await startItems(itemCount, acquire, work, Math.max(256, 2 * run.maxConcurrency));
	} catch (error) {
		// Without a client, all items fail. After Stop, the run does.
		for (let itemIndex = 0; itemIndex < itemCount; itemIndex += 1) {
			await results.fail(error, itemIndex);
		}
	}
	traceUsage(context, report.usage);
	const traceHints = await traces.end();
	context.addExecutionHints?.(...report.hints(), ...traceHints);
	if (results.failure) throw results.failure;
	return results.output;
}

/** The output of a run, or the error that ended it. */
class RunResults {
	readonly output: INodeExecutionData[];

	failure?: Error;

	private readonly abort = new AbortController();

	constructor(
		private readonly context: IExecuteFunctions,
		private readonly itemCount: number,
		private readonly report: RunReport,
	) {
		this.output = new Array<INodeExecutionData>(itemCount);
	}

	/** Aborts when the run has failed. */
	get ended(): AbortSignal {
		return this.abort.signal;
	}

	/** Ends the run, unless failed items become error items. Returns whether it did. */
	readonly endRun = (error: unknown, itemIndex: number): boolean => {
		if (this.context.continueOnFail() && !isCancelled(error)) return false;
		const { itemCount } = this;
		const place = { node: 'chat', itemIndex, itemCount, succeeded: this.report.succeeded } as const;
		this.failure ??= toNodeError(this.context.getNode(), error, place);
		this.abort.abort();
		return true;
	};

	async fail(error: unknown, itemIndex: number, live?: LiveText): Promise<void> {
		if (this.endRun(error, itemIndex)) return;
		this.report.noteFailure(error);
		const item = toErrorItem(error, itemIndex);
		this.output[itemIndex] = item;
		await live?.fail(String(item.json.error));
	}
}

/** What all items of a run share. */
interface Session {
	context: IExecuteFunctions;
	client: NodeClient;
	throughput: Throughput;
	run: Run;
	/** The limits that the user set, and how much of them is left. */
	limits?: { budget: Budget; left: RunBudget };
	report: RunReport;
	traces: RunTraces;
	/** Tools that are run for the model. */
	tools?: ConnectedTools;
	/** Whether the node runs as an agent's tool. */
	forAgent: boolean;
}

async function openSession(
	context: IExecuteFunctions,
): Promise<Omit<Session, 'report' | 'traces'>> {
	const throughput = readThroughput(context);
	const budget = readBudget(context);
	const client = await openClient(context);
	const tools = await readConnectedTools(context);
	if (budget?.maxUsd !== undefined) await client.catalog.load();
	return {
		context,
		client,
		throughput,
		...(tools ? { tools } : {}),
		...(budget ? { limits: { budget, left: new RunBudget(budget) } } : {}),
		run: { maxConcurrency: throughput.maxConcurrency },
		forAgent: isAgentTool(context),
	};
}

/** What belongs to one item only. */
interface Item {
	itemIndex: number;
	permit: Permit;
	signal: AbortSignal;
	live?: LiveText;
	/** Called before the slot of a failed item is free. */
	onFailure: (error: unknown, itemIndex: number) => void;
}

async function completeItem(session: Session, item: Item): Promise<INodeExecutionData> {
	const { context, client, traces } = session;
	const parameters = readParameters(context, item.itemIndex);
	return await traced(
		traces.start(client, parameters, item.itemIndex),
		async (trace) => await answerItem(session, { ...item, trace }, parameters),
		({ json }) => ({ output: json as JsonObject }),
	);
}

async function answerItem(
	session: Session,
	item: Item & { trace: Trace },
	parameters: ChatParameters,
): Promise<INodeExecutionData> {
	const { report, forAgent, limits, client, tools } = session;
	const offered = offeredParameters(parameters, tools);
	const { request, simplify } = parameters;
	const known = client.catalog.known(request.model);
	report.noteNeeds(request.model, neededFeatures(offered), known);
	const complete = async (permit: Permit | undefined, beforeRound?: BeforeRound) =>
		await completeRequest(client, parameters, tools, {
			...optionsFor(session, { ...item, permit }, parameters),
			beforeRound,
		});
	const result = limits
		? await completeWithinBudget(
				limits.left,
				await sizeOfItem(offered, tools !== undefined, limits.budget, client.catalog),
				item,
				complete,
			)
		: await complete(item.permit);
	await item.live?.end(chatText(result));
	report.noteResult(result, request.fields.max_tokens !== undefined);
	return toItem(result, { simplify, forAgent, traceUrl: item.trace.url }, item.itemIndex);
}

function optionsFor(
	{ throughput, run, report }: Session,
	{
		itemIndex,
		permit,
		signal,
		live,
		onFailure,
		trace,
	}: Omit<Item, 'permit'> & { permit?: Permit; trace: Trace },
	parameters: ChatParameters,
): AnswerOptions {
	return {
		...parameters,
		checksAnswer: parameters.simplify,
		throughput,
		run,
		permit,
		signal,
		trace,
		// A chat is shown text only once, so JSON is shown when it is complete and valid.
		onText: effectiveFormat(parameters.request).type === 'text' ? live?.onText : undefined,
		onRetry: report.noteRetry,
		onFailure: (error) => onFailure(error, itemIndex),
	};
}

/** Gives each unfinished item a signal, because Node.js warns of a leak if one has many listeners. */
class SignalPool {
	/** Aborts when the user stops the execution or the run fails. */
	readonly all: AbortSignal;

	private readonly unused: AbortSignal[] = [];

	constructor(...signals: Array<AbortSignal | undefined>) {
		this.all = AbortSignal.any(signals.filter((signal) => signal !== undefined));
	}

	take(): AbortSignal {
		return this.unused.pop() ?? AbortSignal.any([this.all]);
	}

	giveBack(signal: AbortSignal): void {
		this.unused.push(signal);
	}
}

function isCancelled(error: unknown): boolean {
	return error instanceof InferenceError && error.kind === 'cancelled';
}
