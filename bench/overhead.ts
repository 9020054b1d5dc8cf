/* eslint-disable @n8n/community-nodes/no-restricted-globals -- not shipped: runs outside n8n */
import type { ExecuteContext } from 'n8n-core';
import { Pool } from 'undici';
import { forEachConcurrently } from './forEachConcurrently';
import { benchContext, model, numberedItems } from './benchContext';
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

/** What sends the requests: a bare loop over n8n's HTTP helper, the node, or undici. */
type ClientName = (typeof clients)[number];

interface ClientCost {
	client: ClientName;
	/** Time per item. */
	itemMs: number;
	/** CPU time of this process per item. */
	cpuMs: number;
	/** Relative to the bare loop in the same round; median of all rounds. */
	timeRatio: number;
	cpuRatio: number;
}

export interface OverheadCase {
	latencyMs: number;
	itemCount: number;
	concurrency: number;
	clients: ClientCost[];
}

interface Cost {
	itemMs: number;
	cpuMs: number;
}

/** Compares the time and CPU usage of the node with those of n8n's HTTP helper and undici. */
export async function measureOverhead(host: SimulatorHost, scale: Scale): Promise<OverheadCase[]> {
	const cases: OverheadCase[] = [];
	for (const [latencyMs, fullCount] of [
		[0, 1000],
		[50, 1000],
		[300, 160],
	] as const) {
		const itemCount = scaled(fullCount, scale);
		// Warm up, so that compiling code is not counted.
		await measureRound(host, latencyMs, itemCount);
		const rounds: Array<Record<ClientName, Cost>> = [];
		for (let round = 0; round < 2 * scale.repetitions - 1; round += 1) {
			rounds.push(await measureRound(host, latencyMs, itemCount, round));
		}
		cases.push({
			latencyMs,
			itemCount,
			concurrency,
			clients: clients.map((client) => summarize(client, rounds)),
		});
	}
	return cases;
}

export function formatOverhead(cases: OverheadCase[]): string {
	const titles: Record<ClientName, string> = {
		helper: 'Bare loop',
		node: 'W&B Inference Chat, Stream off',
		streamingNode: 'W&B Inference Chat, Stream on (default)',
		undici: 'undici',
	};
	return formatTable(
		[
			'Client',
			'Response time',
			'Time / bare loop',
			'CPU time / bare loop',
			'Time per item',
			'CPU time per item',
		],
		cases.flatMap(({ latencyMs, clients: costs }) =>
			costs.map((cost) => [
				titles[cost.client],
				`${latencyMs} ms`,
				`**${cost.timeRatio.toFixed(2)}**`,
				cost.cpuRatio.toFixed(2),
				`${cost.itemMs.toFixed(2)} ms`,
				`${cost.cpuMs.toFixed(2)} ms`,
			]),
		),
	);
}

function summarize(client: ClientName, rounds: Array<Record<ClientName, Cost>>): ClientCost {
	const medianOf = (read: (round: Record<ClientName, Cost>) => number) => median(rounds.map(read));
	return {
		client,
		itemMs: medianOf((round) => round[client].itemMs),
		cpuMs: medianOf((round) => round[client].cpuMs),
		timeRatio: medianOf((round) => round[client].itemMs / round.helper.itemMs),
		cpuRatio: medianOf((round) => round[client].cpuMs / round.helper.cpuMs),
	};
}

/** Measures every client once. The order changes from round to round. */
async function measureRound(
	host: SimulatorHost,
	latencyMs: number,
	itemCount: number,
	round = 0,
): Promise<Record<ClientName, Cost>> {
	const unmeasured: Cost = { itemMs: NaN, cpuMs: NaN };
	const costs = {
		helper: unmeasured,
		node: unmeasured,
		streamingNode: unmeasured,
		undici: unmeasured,
	};
	for (let turn = 0; turn < clients.length; turn += 1) {
		const client = clients[(turn + round) % clients.length] ?? 'helper';
		const simulator = await host.start({ latency: { kind: 'constant', ms: latencyMs } });
		const context = benchContext({
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
	const cpuBefore = process.cpuUsage();
	const startedMs = performance.now();
	const answers = await readAnswers(client, context, baseUrl, itemCount);
	const itemMs = (performance.now() - startedMs) / itemCount;
	const { user, system } = process.cpuUsage(cpuBefore);
	if (answers.length !== itemCount || answers.some((text) => text !== answer)) {
		throw new Error(`Some answers received by ${client} are missing or wrong.`);
	}
	return { itemMs, cpuMs: (user + system) / 1000 / itemCount };
}

async function readAnswers(
	client: ClientName,
	context: ExecuteContext,
	baseUrl: string,
	itemCount: number,
): Promise<string[]> {
	if (client === 'helper') return await requestWithHelper(context, baseUrl, itemCount);
	if (client === 'undici') return await requestWithUndici(baseUrl, itemCount);
	const { items } = await runChat(context);
	return items.map(({ json }) => String(json.output));
}

interface Completion {
	choices: Array<{ message: { content: string } }>;
}

function textOf({ choices }: Completion): string {
	return choices[0]?.message.content ?? '';
}

async function requestWithHelper(
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

async function requestWithUndici(baseUrl: string, itemCount: number): Promise<string[]> {
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
