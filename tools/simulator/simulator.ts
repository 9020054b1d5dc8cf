/* eslint-disable @n8n/community-nodes/no-restricted-imports -- not shipped: runs outside n8n */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { checkAccount, checkWeaveKey, readCaller, type Caller } from './access';
import { ApiError, errorBody, tooManyRequests } from './apiError';
import { ChatEngine } from './ChatEngine';
import { ConcurrencySlots } from './ConcurrencySlots';
import { jsonDelivery, type Delivery } from './delivery';
import { Exchange } from './Exchange';
import type { FaultPath, FaultRule } from './fault';
import { FaultRules } from './FaultRules';
import { buildFaultyDelivery } from './faultyDelivery';
import { modelCatalog } from './modelCatalog';
import { validateRequestBody } from './openaiSchema/validateChatCompletion';
import { currentTimeMs, type RecordedRequest } from './recordedRequest';
import { readSettings, type SimulatorOptions, type SimulatorSettings } from './simulatorOptions';
import { emptyStatistics } from './statistics';
import { WeaveProject, type SimulatedWeaveCall } from './WeaveProject';

export type { Fault, FaultCondition, FaultRule } from './fault';
export type { SimulatedModel } from './models';
export type { Latency } from './Pace';
export type { RecordedRequest } from './recordedRequest';
export type { SimulatorOptions } from './simulatorOptions';
export type { Statistics } from './statistics';
export type { SimulatedWeaveCall } from './WeaveProject';

const host = '127.0.0.1';

/**
 * A local W&B Inference service based on W&B's documentation, with `GET /v1/models` and
 * `POST /v1/chat/completions`. It also has what the nodes use of Weave: the public catalog
 * (`GET /inference/catalog/models`), both endpoints for traces, and the page of a trace. The same
 * seed and request produce the same completion.
 *
 * The last user message can control the completion:
 * - `[[answer: TEXT]]` returns this text
 * - `[[reason: TEXT]]` returns this reasoning
 * - `[[tokens: N]]` returns a text of N tokens
 * - `[[think-tags]]` puts the reasoning into the text, as `<think>...</think>`
 * - `[[empty]]` returns an empty text with the finish reason `length`, as if reasoning had used up
 *   the token limit
 * - `[[call: name {json}]]` calls this tool, with generated arguments if there is no JSON; can be
 *   repeated for parallel calls
 *
 * Token counts are estimates (see `tokens.ts`), not those of the models' own tokenizers.
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
	private weave = new WeaveProject();

	constructor(options: SimulatorOptions = {}) {
		this.settings = readSettings(options);
		this.slots = new ConcurrencySlots(this.settings.concurrencyLimit);
		this.rules = new FaultRules(this.settings.seed, this.settings.faults);
		this.engine = new ChatEngine(this.settings);
		this.server.on('request', (request, response) => void this.serve(request, response));
	}

	/** Starts listening on 127.0.0.1, on a free port unless the options specify one. */
	async listen(): Promise<void> {
		const { port } = this.settings;
		await new Promise<void>((resolve, reject) => {
			this.server.once('error', (error: NodeJS.ErrnoException) => {
				const isTaken = error.code === 'EADDRINUSE';
				reject(
					isTaken
						? new Error(`Port ${port} on ${host} is already in use. Choose another port.`)
						: error,
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

	/** The `weaveUrl` of a credential that reads the catalog from here and writes traces to it. */
	get weaveUrl(): string {
		return `http://${host}:${this.port}`;
	}

	/** The calls that were written to Weave. */
	get weaveCalls(): readonly SimulatedWeaveCall[] {
		return this.weave.calls;
	}

	/** See `SimulatorOptions`. A change takes effect with the next request. */
	get concurrencyLimit(): number | undefined {
		return this.slots.limit;
	}

	set concurrencyLimit(limit: number | undefined) {
		this.slots.limit = limit;
	}

	/** Adds a rule. Earlier rules take precedence. */
	fault(rule: FaultRule): void {
		this.rules.add(rule);
	}

	/** Clears requests, statistics, fault rules, traces, and cached prompts. Requests in progress continue. */
	reset(): void {
		const { inFlight } = this.statistics;
		this.requests.length = 0;
		Object.assign(this.statistics, emptyStatistics(), { inFlight, maxInFlight: inFlight });
		this.rules.clear();
		this.engine = new ChatEngine(this.settings);
		this.weave = new WeaveProject();
	}

	/** Closes every connection immediately. If strict, throws if any request body was invalid. */
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
		await this.respond(exchange).catch((reason: unknown) => exchange.send(errorDelivery(reason)));
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

	private settle({ record, isCompletion, holdsSlot }: Exchange): void {
		const { statistics } = this;
		if (holdsSlot) statistics.inFlight -= 1;
		if (isCompletion) statistics.itemsAnswered += 1;
		if (record.outcome === 'aborted') statistics.aborted += 1;
		if (record.status !== undefined) {
			statistics.byStatus[record.status] = (statistics.byStatus[record.status] ?? 0) + 1;
		}
		if (this.settings.isStrict) this.checkBody(record);
		this.settings.onRequest?.(record);
	}

	/** Skips bodies that were rejected anyway, as a test may send them on purpose. */
	private checkBody({ method, path, body, status }: RecordedRequest): void {
		const isChat = method === 'POST' && endpointOf(path).endsWith('/chat/completions');
		if (!isChat || (status !== undefined && status >= 400 && status < 500)) return;
		for (const problem of validateRequestBody(body)) {
			this.problems.add(`A request body that OpenAI's schema refuses: ${problem}`);
		}
	}

	private async respond(exchange: Exchange): Promise<void> {
		const { method, path, headers, body } = exchange.record;
		const endpoint = `${method} ${endpointOf(path)}`;
		if (endpoint === 'GET /v1/models') {
			readCaller(headers, this.settings);
			await this.sendUnlessFaulty(exchange, 'models', () => jsonDelivery(200, this.modelList()));
		} else if (endpoint === 'POST /v1/chat/completions') {
			const caller = readCaller(headers, this.settings);
			checkAccount(headers, this.settings);
			await this.complete(exchange, caller);
		} else if (endpoint === 'GET /inference/catalog/models') {
			const { models } = this.settings;
			await this.sendUnlessFaulty(exchange, 'catalog', () =>
				jsonDelivery(200, modelCatalog(models)),
			);
		} else if (/^POST \/v2\/[^/]+\/[^/]+\/calls\/complete$/.test(endpoint)) {
			checkWeaveKey(headers, this.settings);
			await this.sendUnlessFaulty(exchange, 'weave', () =>
				this.weave.complete(endpointOf(path), body),
			);
		} else if (/^GET \/[^/]+\/[^/]+\/weave\/calls\/[^/]+$/.test(endpoint)) {
			exchange.send(this.weave.show(path));
		} else if (endpoint === 'POST /call/upsert_batch') {
			checkWeaveKey(headers, this.settings);
			await this.sendUnlessFaulty(exchange, 'weave', () => this.weave.upsert(body));
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

	private async complete(exchange: Exchange, caller: Caller): Promise<void> {
		const { record, response } = exchange;
		if (record.outcome !== undefined) return;
		const releaseSlot = this.slots.take(caller.scope);
		if (releaseSlot === undefined) {
			const { concurrencyRetryAfter } = this.settings;
			if (concurrencyRetryAfter) response.setHeader('retry-after', concurrencyRetryAfter);
			throw tooManyRequests('concurrency');
		}
		exchange.holdSlot(releaseSlot);
		this.statistics.inFlight += 1;
		this.statistics.maxInFlight = Math.max(this.statistics.maxInFlight, this.statistics.inFlight);
		await this.sendUnlessFaulty(exchange, 'chat', () =>
			this.engine.complete(record.body, caller, record.requestId),
		);
	}

	private async sendUnlessFaulty(
		exchange: Exchange,
		path: FaultPath,
		createDelivery: () => Delivery,
	): Promise<void> {
		const fault = this.rules.choose(exchange.record, path);
		if (fault?.kind === 'custom') await fault.handle(exchange.record, exchange.response);
		else if (fault) exchange.send(buildFaultyDelivery(fault, createDelivery));
		else exchange.send(createDelivery());
	}
}

/** Creates and starts a simulator. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
	const simulator = new Simulator(options);
	await simulator.listen();
	return simulator;
}

function parseJson(text: string): unknown {
	try {
		return JSON.parse(text) as unknown;
	} catch {
		return undefined;
	}
}

async function readText(request: IncomingMessage): Promise<string> {
	const chunks: Buffer[] = [];
	for await (const chunk of request) chunks.push(chunk as Buffer);
	return Buffer.concat(chunks).toString('utf8');
}

/** Bugs in the simulator or in a custom fault become a 500 that says so. */
function errorDelivery(reason: unknown): Delivery {
	const { status, message } =
		reason instanceof ApiError
			? reason
			: new ApiError(500, `The simulator failed: ${String(reason)}`);
	return jsonDelivery(status, errorBody(status, message));
}

/** Weave can also be reached below `/traces`, as on a dedicated instance of W&B. */
function endpointOf(path: string): string {
	return path
		.replace(/\?.*$/s, '')
		.replace(/\/+$/, '')
		.replace(/^\/traces\//, '/');
}
