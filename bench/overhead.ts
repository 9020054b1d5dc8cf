/* eslint-disable @n8n/community-nodes/no-restricted-globals -- not shipped: runs outside n8n */
import type { ExecuteContext } from 'n8n-core';
import { Pool } from 'undici';
import { forEachConcurrently } from '../nodes/WandbInferenceChat/forEachConcurrently';
import { createContext, model, numberedItems } from './createContext';
import { formatTable } from './formatTable';
import { median } from './median';
import { runChat } from './runChat';
import { scaled, type Scale } from './scale';
import type { SimulatorHost } from './SimulatorHost';

const concurrency = 32;
const answer =
	'W&B Inference serves open models behind an API that speaks the language of OpenAI. '.repeat(4);
const prompt = `[[answer: ${answer}]]`;
const body = { model, messages: [{ role: 'user', content: prompt }], stream: false };

const clients = ['helper', 'node', 'streamingNode', 'undici'] as const;

/** Who sends the requests: n8n's authenticated helper in a bare loop, our node, or undici. */
export type ClientName = (typeof clients)[number];

export interface ClientCost {
	client: ClientName;
	/** Time of the run, and processor time of this process, for one item. */
	itemMs: number;
	processorMs: number;
	/** Medians of the ratios of runs side by side. */
	timeOfHelper: number;
	processorOfHelper: number;
}

export interface OverheadCase {
	latencyMs: number;
	itemCount: number;
	concurrency: number;
	clients: ClientCost[];
}

interface Cost {
	itemMs: number;
	processorMs: number;
}

/** What the node costs beside the bare helper and beside undici: same items, answers, concurrency. */
export async function measureOverhead(host: SimulatorHost, scale: Scale): Promise<OverheadCase[]> {
	const cases: OverheadCase[] = [];
	for (const [latencyMs, fullCount] of [
		[0, 2000],
		[50, 2000],
		[300, 500],
	] as const) {
		const itemCount = scaled(fullCount, scale);
		// The first round only warms up: it runs what the engine has not yet compiled.
		await measureRound(host, latencyMs, itemCount);
		const rounds: Array<Record<ClientName, Cost>> = [];
		for (let round = 0; round < 2 * scale.repetitions - 1; round += 1) {
			rounds.push(await measureRound(host, latencyMs, itemCount, round));
		}
		cases.push({
			latencyMs,
			itemCount,
			concurrency,
			clients: clients.map((client) => summarise(client, rounds)),
		});
	}
	return cases;
}

export function formatOverhead(cases: OverheadCase[]): string {
	const titles: Record<ClientName, string> = {
		helper: "n8n's authenticated helper, bare loop",
		node: 'the node, Stream off',
		streamingNode: 'the node, streaming (default)',
		undici: 'undici, kept-alive connections',
	};
	return formatTable(
		['Client', 'Answers after', 'Time / helper', 'CPU / helper', 'Time per item', 'CPU per item'],
		cases.flatMap(({ latencyMs, clients: costs }) =>
			costs.map((cost) => [
				titles[cost.client],
				`${latencyMs} ms`,
				`**${cost.timeOfHelper.toFixed(2)}**`,
				cost.processorOfHelper.toFixed(2),
				`${cost.itemMs.toFixed(2)} ms`,
				`${cost.processorMs.toFixed(2)} ms`,
			]),
		),
	);
}

function summarise(client: ClientName, rounds: Array<Record<ClientName, Cost>>): ClientCost {
	const medianOf = (read: (round: Record<ClientName, Cost>) => number) => median(rounds.map(read));
	return {
		client,
		itemMs: medianOf((round) => round[client].itemMs),
		processorMs: medianOf((round) => round[client].processorMs),
		timeOfHelper: medianOf((round) => round[client].itemMs / round.helper.itemMs),
		processorOfHelper: medianOf((round) => round[client].processorMs / round.helper.processorMs),
	};
}

/** Every client once; who comes first changes from round to round. */
async function measureRound(
	host: SimulatorHost,
	latencyMs: number,
	itemCount: number,
	round = 0,
): Promise<Record<ClientName, Cost>> {
	const none: Cost = { itemMs: NaN, processorMs: NaN };
	const costs = { helper: none, node: none, streamingNode: none, undici: none };
	for (let turn = 0; turn < clients.length; turn += 1) {
		const client = clients[(turn + round) % clients.length] ?? 'helper';
		const simulator = await host.start({ latency: { kind: 'constant', ms: latencyMs } });
		const context = createContext({
			baseUrl: simulator.baseUrl,
			items: numberedItems(itemCount),
			prompt,
			parameters: {
				options: client === 'node' ? { stream: false } : {},
				throughput: { mode: 'fixed', maxConcurrency: concurrency },
			},
		});
		costs[client] = await measureClient(client, context, simulator.baseUrl, itemCount);
		await simulator.close();
	}
	return costs;
}

async function measureClient(
	client: ClientName,
	context: ExecuteContext,
	baseUrl: string,
	itemCount: number,
): Promise<Cost> {
	const processorBefore = process.cpuUsage();
	const startedMs = performance.now();
	const answers = await readAnswers(client, context, baseUrl, itemCount);
	const itemMs = (performance.now() - startedMs) / itemCount;
	const { user, system } = process.cpuUsage(processorBefore);
	if (answers.length !== itemCount || answers.some((text) => text !== answer)) {
		throw new Error(`Not every answer that came through ${client} is the one asked for.`);
	}
	return { itemMs, processorMs: (user + system) / 1000 / itemCount };
}

async function readAnswers(
	client: ClientName,
	context: ExecuteContext,
	baseUrl: string,
	itemCount: number,
): Promise<string[]> {
	if (client === 'helper') return await askHelper(context, baseUrl, itemCount);
	if (client === 'undici') return await askUndici(baseUrl, itemCount);
	const { items } = await runChat(context);
	return items.map(({ json }) => String(json.output));
}

interface Completion {
	choices: Array<{ message: { content: string } }>;
}

function textOf({ choices }: Completion): string {
	return choices[0]?.message.content ?? '';
}

async function askHelper(
	context: ExecuteContext,
	baseUrl: string,
	itemCount: number,
): Promise<string[]> {
	const answers = new Array<string>(itemCount);
	await forEachConcurrently(itemCount, concurrency, async (index) => {
		const completion: Completion = await context.helpers.httpRequestWithAuthentication.call(
			context,
			'wandbInferenceApi',
			{ method: 'POST', url: `${baseUrl}/chat/completions`, body, json: true },
		);
		answers[index] = textOf(completion);
	});
	return answers;
}

async function askUndici(baseUrl: string, itemCount: number): Promise<string[]> {
	const { origin, pathname } = new URL(baseUrl);
	const pool = new Pool(origin, { connections: concurrency, pipelining: 1 });
	const answers = new Array<string>(itemCount);
	await forEachConcurrently(itemCount, concurrency, async (index) => {
		const response = await pool.request({
			path: `${pathname}/chat/completions`,
			method: 'POST',
			headers: { authorization: 'Bearer simulator-key', 'content-type': 'application/json' },
			body: JSON.stringify(body),
		});
		answers[index] = textOf((await response.body.json()) as Completion);
	});
	await pool.close();
	return answers;
}
