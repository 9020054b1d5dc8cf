import type { N8nClient } from '../tools/n8n/createN8nClient';
import { outputItems } from '../tools/n8n/executions';
import type { SavedCredential, WorkflowFile } from '../tools/n8n/workflowFile';
import { model } from './benchContext';
import { createBenchWorkflow, measuredNodeName } from './benchWorkflow';
import { credentialFor } from './comparedNodes';
import { formatTable } from './formatTable';
import { median } from './median';
import { scaled, type Scale } from './scale';
import type { SimulatorHost } from './SimulatorHost';
import { runMeasured, withN8n } from './withN8n';

const concurrency = 32;
const prompt = `[[answer: ${'W&B Inference serves open models behind an API of OpenAI. '.repeat(6)}]]`;

const clients = ['bareLoop', 'node', 'streamingLoop', 'streamingNode'] as const;

/** The bare loop over n8n's HTTP helper and the node, each without and with streaming. */
type ClientName = (typeof clients)[number];

export interface OverheadInN8nCase {
	latencyMs: number;
	itemCount: number;
	concurrency: number;
	clients: Array<{
		client: ClientName;
		itemMs: number;
		/** Relative to the loop that sends the same requests in the same round; median of all rounds. */
		timeRatio: number;
	}>;
}

/**
 * Measures the overhead in a running n8n, where the helper also reads and decrypts the credential
 * for each request.
 */
export async function measureOverheadInN8n(
	host: SimulatorHost,
	scale: Scale,
): Promise<OverheadInN8nCase[]> {
	return await withN8n(async (client) => {
		const cases: OverheadInN8nCase[] = [];
		for (const [latencyMs, fullCount] of [
			[0, 1000],
			[50, 1000],
		] as const) {
			const itemCount = scaled(fullCount, scale);
			// Warm up, so that compiling code is not counted.
			await measureRound(client, host, latencyMs, itemCount, 0);
			const rounds: Array<Record<ClientName, number>> = [];
			for (let round = 0; round < 2 * scale.repetitions - 1; round += 1) {
				rounds.push(await measureRound(client, host, latencyMs, itemCount, round));
			}
			cases.push({
				latencyMs,
				itemCount,
				concurrency,
				clients: clients.map((name) => ({
					client: name,
					itemMs: median(rounds.map((round) => round[name])) / itemCount,
					timeRatio: median(rounds.map((round) => round[name] / round[baselineOf(name)])),
				})),
			});
		}
		return cases;
	});
}

export function formatOverheadInN8n(cases: OverheadInN8nCase[]): string {
	const titles: Record<ClientName, string> = {
		bareLoop: 'Bare loop',
		node: 'W&B Inference Chat, Stream off',
		streamingLoop: 'Bare loop, streaming without parsing',
		streamingNode: 'W&B Inference Chat, Stream on (default)',
	};
	return formatTable(
		['Node', 'Response time', 'Time / bare loop', 'Time per item'],
		cases.flatMap(({ latencyMs, clients: costs }) =>
			costs.map(({ client, timeRatio, itemMs }) => [
				titles[client],
				`${latencyMs} ms`,
				`**${timeRatio.toFixed(2)}**`,
				`${itemMs.toFixed(2)} ms`,
			]),
		),
	);
}

/** The bare loop that sends the same requests as the client. */
function baselineOf(client: ClientName): ClientName {
	return client === 'bareLoop' || client === 'node' ? 'bareLoop' : 'streamingLoop';
}

/** Runs every node once and returns the times in milliseconds. The order changes in each round. */
async function measureRound(
	client: N8nClient,
	host: SimulatorHost,
	latencyMs: number,
	itemCount: number,
	round: number,
): Promise<Record<ClientName, number>> {
	const times = { bareLoop: NaN, node: NaN, streamingLoop: NaN, streamingNode: NaN };
	const simulator = await host.start({ latency: { kind: 'constant', ms: latencyMs } });
	const credential = await client.saveCredential({
		name: 'Bench overhead',
		...credentialFor('wandbInferenceChat', simulator.baseUrl),
	});
	for (let turn = 0; turn < clients.length; turn += 1) {
		const name = clients[(turn + round) % clients.length] ?? 'bareLoop';
		const workflow = createWorkflowFor(name, itemCount, simulator.baseUrl, credential);
		const { execution, nodeMs } = await runMeasured(client, workflow);
		const count = outputItems(execution, measuredNodeName).length;
		if (execution.status !== 'success' || count !== itemCount) {
			throw new Error(
				`${name} completed ${count} of ${itemCount} items. ${execution.error?.message}`,
			);
		}
		times[name] = nodeMs;
	}
	await simulator.close();
	return times;
}

function createWorkflowFor(
	name: ClientName,
	itemCount: number,
	baseUrl: string,
	credential: SavedCredential,
): WorkflowFile {
	const messages = [{ role: 'user', content: prompt }];
	const node =
		name === 'bareLoop' || name === 'streamingLoop'
			? {
					type: 'n8n-nodes-bench.bareLoop',
					parameters: {
						url: `${baseUrl}/chat/completions`,
						body: JSON.stringify({ model, messages, stream: name === 'streamingLoop' }),
						concurrency,
					},
				}
			: {
					type: 'n8n-nodes-wandb-inference.wandbInferenceChat',
					parameters: {
						model: { __rl: true, mode: 'id', value: model },
						messages: { values: messages },
						options: name === 'node' ? { stream: false } : {},
						throughput: { mode: 'fixed', maxConcurrency: concurrency },
					},
				};
	return createBenchWorkflow(`Bench ${name}`, itemCount, credential, { typeVersion: 1, ...node });
}
