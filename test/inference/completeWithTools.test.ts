import { emptyCatalog } from '../../inference/catalog/CatalogRegistry';
import { completeWithTools } from '../../inference/completeWithTools';
import type { InferenceClient } from '../../inference/openClient';
import { AdaptiveLimiter, FixedLimiter, type Limiter } from '../../inference/pacing/limiter';
import { Governor } from '../../inference/pacing/Governor';
import type { ConnectedTools } from '../../inference/toolRuns';
import { startItems } from '../../nodes/WandbInferenceChat/startItems';
import {
	chunksOf,
	deltaEvent,
	event,
	jsonHeaders,
	respond,
	streamHeaders,
} from '../support/cannedResponse';
import { FakeClock } from '../support/fakeClock';
import { request } from '../support/sendChat';

const call = { index: 0, id: 'a', function: { name: 'tool', arguments: '{}' } };
const rejection = { error: { message: 'Concurrency limit reached for requests' } };
const tripMs = 20;

interface Service {
	limit: number;
	answerMs: number;
	toolMs: number;
	/** No tool ends before this time. */
	toolsEndMs?: number;
}

/** A service with a hard limit that takes `answerMs` for each answer, in virtual time. */
function serviceWith(limiter: Limiter, service: Service) {
	const { limit, answerMs, toolMs, toolsEndMs = 0 } = service;
	const clock = new FakeClock();
	const governor = new Governor(limiter, clock);
	let inService = 0;
	async function* answer(sent: number): AsyncGenerator<Uint8Array, void, undefined> {
		await clock.sleep(answerMs);
		inService -= 1;
		const calls = { tool_calls: [call] };
		const isLast = sent > 1;
		yield* chunksOf([
			isLast ? deltaEvent({ content: 'Hi' }, 'stop') : deltaEvent(calls, 'tool_calls'),
			event('[DONE]'),
		]);
	}
	const client: InferenceClient = {
		clock,
		catalog: emptyCatalog,
		governorFor: () => governor,
		transport: async ({ body }) => {
			await clock.sleep(tripMs);
			if (inService >= limit) {
				const chunks = chunksOf([JSON.stringify(rejection)]);
				return respond({ status: 429, headers: jsonHeaders, chunks });
			}
			inService += 1;
			return respond({ headers: streamHeaders, chunks: answer((body?.messages as []).length) });
		},
	};
	const tools: ConnectedTools = {
		definitions: [{ name: 'tool', description: '', parameters: {}, strict: false }],
		run: async () => {
			await clock.sleep(Math.max(toolMs, toolsEndMs - clock.now()));
			return 'done';
		},
	};
	return { client, governor, clock, tools };
}

/** Answers this many items, and returns how long that took and how many failed. */
async function complete(itemCount: number, limiter: Limiter, service: Service) {
	const { client, governor, clock, tools } = serviceWith(limiter, service);
	const run = { maxConcurrency: 64 };
	const failures: unknown[] = [];
	const options = {
		retryPolicy: {
			...{ maxRetries: 5, countsOverloads: false, maxWaitMs: 300_000 },
			retryOn: new Set(['429'] as const),
		},
		...{ fallbackModels: [], extraHeaders: {}, timeoutMs: 0, checksAnswer: false },
		...{ throughput: { mode: 'adaptive', maxConcurrency: 64 } as const, repairAttempts: 0 },
		...{ run, tools, maxToolRounds: 10 },
	};
	const items = startItems(
		itemCount,
		async () => await governor.acquire({ run }),
		async (_, permit) => {
			await completeWithTools(client, request, { ...options, permit }).catch((error: unknown) => {
				failures.push(error);
			});
		},
	);
	await clock.runUntil(items);
	return { ms: clock.now(), failures };
}

describe('200 items of two rounds at a limit of 10 take at most 1.1 of the optimum', () => {
	test.each([
		['short answers', { answerMs: 500, toolMs: 0 }],
		['answers of some seconds', { answerMs: 4000, toolMs: 0 }],
		['tools that take as long as the answers', { answerMs: 2000, toolMs: 2000 }],
		['tools that take much longer', { answerMs: 500, toolMs: 3000 }],
	])('with %s', async (_, { answerMs, toolMs }) => {
		const { ms, failures } = await complete(200, new AdaptiveLimiter(), {
			limit: 10,
			answerMs,
			toolMs,
		});
		expect(failures).toEqual([]);
		const optimumMs = (400 / 10) * answerMs;
		expect(ms / optimumMs).toBeLessThanOrEqual(1.1);
	});
});

test('items whose tools end all at once wait for a slot as long as it takes', async () => {
	const { failures } = await complete(200, new FixedLimiter(4), {
		limit: 10,
		answerMs: 10_000,
		toolMs: 0,
		toolsEndMs: 2_000_000,
	});
	expect(failures).toEqual([]);
});
