/* eslint-disable @n8n/community-nodes/no-restricted-imports -- not shipped: runs outside n8n */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { validateRequestBody } from './openaiSchema/validateChatCompletion';
import { checkAccount, readCaller } from './access';
import type { Caller } from './access';
import { ApiError, errorBody, tooManyRequests } from './apiError';
import { ChatEngine } from './ChatEngine';
import { ConcurrencySlots } from './ConcurrencySlots';
import { jsonDelivery } from './delivery';
import type { Delivery } from './delivery';
import { Exchange } from './Exchange';
import type { FaultRule } from './fault';
import { FaultRules } from './FaultRules';
import { buildFaultyDelivery } from './faultyDelivery';
import { currentTimeMs } from './recordedRequest';
import type { RecordedRequest } from './recordedRequest';
import { readSettings } from './simulatorOptions';
import type { SimulatorOptions, SimulatorSettings } from './simulatorOptions';
import { emptyStatistics } from './statistics';

export type { Fault, FaultCondition, FaultRule } from './fault';
export type { SimulatedModel } from './models';
export type { Latency } from './Pace';
export type { RecordedRequest } from './recordedRequest';
export type { SimulatorOptions } from './simulatorOptions';
export type { Statistics } from './statistics';

const host = '127.0.0.1';

async function readText(request: IncomingMessage): Promise<string> {
	const chunks: Buffer[] = [];
	for await (const chunk of request) chunks.push(chunk as Buffer);
	return Buffer.concat(chunks).toString('utf8');
}

function parseJson(text: string): unknown {
	try {
		return JSON.parse(text) as unknown;
	} catch {
		return undefined;
	}
}

/** A mistake of the simulator, or of a custom fault, shows as a 500 that says so. */
function refusal(reason: unknown): Delivery {
	const { status, message } =
		reason instanceof ApiError
			? reason
			: new ApiError(500, `The simulator itself failed: ${String(reason)}`);
	return jsonDelivery(status, errorBody(status, message));
}

function endpointOf(path: string): string {
	return path.replace(/\?.*$/s, '').replace(/\/+$/, '');
}

/**
 * A W&B Inference service on the loopback, made from the service's documentation: `GET /v1/models` and
 * `POST /v1/chat/completions`, with answers that repeat themselves for the same seed and request.
 *
 * The last user message may say what the answer is:
 * - `[[answer: TEXT]]` exactly that text
 * - `[[reason: TEXT]]` exactly that reasoning
 * - `[[tokens: N]]` a text of N tokens
 * - `[[think-tags]]` the reasoning inside the text, as `<think>...</think>`
 * - `[[empty]]` an empty text that ended for its length: the reasoning ate the budget
 * - `[[call: name {json}]]` a call of that tool, several for parallel calls; without JSON the arguments are made up
 *
 * Tokens are counted by an estimate (`tokens.ts`), not by the models' own vocabularies.
 */
export class Simulator {
	readonly requests: RecordedRequest[] = [];
	readonly statistics = emptyStatistics();
	private readonly problems = new Set<string>();
	private readonly slots: ConcurrencySlots;
	private readonly rules: FaultRules;
	private readonly server = createServer({ keepAliveTimeout: 60_000, requestTimeout: 0 });
	private readonly settings: SimulatorSettings;
	private engine: ChatEngine;

	constructor(options: SimulatorOptions = {}) {
		this.settings = readSettings(options);
		this.slots = new ConcurrencySlots(this.settings.concurrencyLimit);
		this.rules = new FaultRules(this.settings.seed, this.settings.faults);
		this.engine = new ChatEngine(this.settings);
		this.server.on('request', (request, response) => void this.serve(request, response));
	}

	/** Starts listening on the loopback, on a free port unless the options name one. */
	async listen(): Promise<void> {
		const { port } = this.settings;
		await new Promise<void>((resolve, reject) => {
			this.server.once('error', (error: NodeJS.ErrnoException) => {
				const isTaken = error.code === 'EADDRINUSE';
				reject(
					isTaken ? new Error(`Port ${port} on ${host} is in use. Choose another one.`) : error,
				);
			});
			this.server.listen(port, host, resolve);
		});
	}

	get port(): number {
		return (this.server.address() as AddressInfo).port;
	}

	get baseUrl(): string {
		return `http://${host}:${this.port}/v1`;
	}

	/** Chats at once per project, or per key; undefined for no limit. A change counts from the next request on. */
	get concurrencyLimit(): number | undefined {
		return this.slots.limit;
	}

	set concurrencyLimit(limit: number | undefined) {
		this.slots.limit = limit;
	}

	/** Adds a rule after those there are. */
	fault(rule: FaultRule): void {
		this.rules.add(rule);
	}

	/** Forgets the requests, the statistics, the rules and the cached prompts; what is under way goes on. */
	reset(): void {
		const { inFlight } = this.statistics;
		this.requests.length = 0;
		Object.assign(this.statistics, emptyStatistics(), { inFlight, maxInFlight: inFlight });
		this.rules.clear();
		this.engine = new ChatEngine(this.settings);
	}

	/** Ends every connection at once; says so when a strict one has seen a body that is not valid. */
	async close(): Promise<void> {
		const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
		this.server.closeAllConnections();
		await closed;
		if (this.problems.size > 0) throw new Error([...this.problems].join('\n'));
	}

	private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const exchange = this.openExchange(request, response);
		try {
			exchange.record.body = parseJson(await readText(request));
		} catch {
			return;
		}
		await this.respond(exchange).catch((reason: unknown) => exchange.send(refusal(reason)));
	}

	private openExchange(request: IncomingMessage, response: ServerResponse): Exchange {
		const record: RecordedRequest = {
			method: request.method ?? 'GET',
			path: request.url ?? '/',
			headers: request.headers,
			body: undefined,
			startedAtMs: currentTimeMs(),
			requestId: randomUUID(),
		};
		this.statistics.requests += 1;
		if (this.settings.keepRequests) this.requests.push(record);
		return new Exchange(record, response, (exchange) => this.settle(exchange));
	}

	private settle({ record, isAnswer, holdsSlot }: Exchange): void {
		const { statistics } = this;
		if (holdsSlot) statistics.inFlight -= 1;
		if (isAnswer) statistics.itemsAnswered += 1;
		if (record.outcome === 'aborted') statistics.aborted += 1;
		if (record.status !== undefined) {
			statistics.byStatus[record.status] = (statistics.byStatus[record.status] ?? 0) + 1;
		}
		if (this.settings.isStrict) this.checkBody(record);
		this.settings.onRequest?.(record);
	}

	/** What the service refused is not looked at: a test may have meant it so. */
	private checkBody({ method, path, body, status }: RecordedRequest): void {
		const isChat = method === 'POST' && endpointOf(path).endsWith('/chat/completions');
		if (!isChat || (status !== undefined && status >= 400 && status < 500)) return;
		for (const problem of validateRequestBody(body)) {
			this.problems.add(`A request body that OpenAI's schema refuses: ${problem}`);
		}
	}

	private async respond(exchange: Exchange): Promise<void> {
		const { method, path, headers } = exchange.record;
		const endpoint = `${method} ${endpointOf(path)}`;
		if (endpoint === 'GET /v1/models') {
			readCaller(headers, this.settings);
			await this.sendUnlessFaulty(exchange, 'models', () => jsonDelivery(200, this.modelList()));
		} else if (endpoint === 'POST /v1/chat/completions') {
			const caller = readCaller(headers, this.settings);
			checkAccount(headers, this.settings);
			await this.chat(exchange, caller);
		} else {
			throw new ApiError(404, `Not found: ${endpoint}`);
		}
	}

	private modelList(): object {
		const data = this.settings.models.map(({ id }) => {
			return { id, object: 'model', created: 0, owned_by: 'system', root: id };
		});
		return { object: 'list', data };
	}

	private async chat(exchange: Exchange, caller: Caller): Promise<void> {
		const { record, response } = exchange;
		if (record.outcome !== undefined) return;
		const giveBackSlot = this.slots.take(caller.scope);
		if (giveBackSlot === undefined) throw tooManyRequests('concurrency');
		exchange.holdSlot(giveBackSlot);
		this.statistics.inFlight += 1;
		this.statistics.maxInFlight = Math.max(this.statistics.maxInFlight, this.statistics.inFlight);
		await this.sendUnlessFaulty(exchange, 'chat', () =>
			this.engine.answer(record.body, caller, String(response.getHeader('x-request-id'))),
		);
	}

	private async sendUnlessFaulty(
		exchange: Exchange,
		path: 'chat' | 'models',
		answer: () => Delivery,
	): Promise<void> {
		const fault = this.rules.choose(exchange.record, path);
		if (fault?.kind === 'custom') await fault.handle(exchange.record, exchange.response);
		else exchange.send(fault === undefined ? answer() : buildFaultyDelivery(fault, answer));
	}
}

/** Creates a simulator and starts it. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
	const simulator = new Simulator(options);
	await simulator.listen();
	return simulator;
}
