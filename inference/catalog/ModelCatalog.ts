import { readErrorResponse, readText } from '../http/responseBody';
import type { Transport, TransportResponse } from '../http/transport';
import type { Clock } from '../pacing/clock';
import { parseJson } from '../json';
import { readCatalog, type CatalogModel } from './readCatalog';

const path = '/inference/catalog/models';
const timeoutMs = 10_000;
const maxWaitMs = 3000;
const maxBytes = 2 * 1024 * 1024;
const keepMs = 10 * 60_000;
const keepFailureMs = 60_000;

/**
 * What is known about W&B's models, from its public catalog at one address. It only adds to what
 * the nodes do, so nothing here throws or makes an answer wait.
 */
export class ModelCatalog {
	/** Stays while newer facts are loaded, and if loading them fails. By ID in lower case. */
	private models = new Map<string, CatalogModel>();

	private loading?: Promise<void>;

	private dueMs = -Infinity;

	constructor(private readonly clock: Clock) {}

	/** What is known at this moment. */
	known(modelId: string): CatalogModel | undefined {
		return this.models.get(modelId.toLowerCase());
	}

	all(): CatalogModel[] {
		return [...this.models.values()];
	}

	/** Starts a request, unless there is one already or the last one was a short time ago. */
	refresh(transport: Transport): void {
		if (this.loading !== undefined || this.clock.now() < this.dueMs) return;
		this.loading = this.load(transport);
	}

	/** Waits for a request that has been started, but not for long. */
	async loaded(): Promise<void> {
		if (this.loading === undefined) return;
		const end = new AbortController();
		await Promise.race([this.loading, this.clock.sleep(maxWaitMs, end.signal).catch(ignore)]);
		end.abort();
	}

	/** Never rejects: a failure is remembered as well, and tried again later. */
	private async load(transport: Transport): Promise<void> {
		const models = await this.request(transport).catch(ignore);
		if (models) this.models = new Map(models.map((model) => [model.id.toLowerCase(), model]));
		this.dueMs = this.clock.now() + (models ? keepMs : keepFailureMs);
		this.loading = undefined;
	}

	private async request(transport: Transport): Promise<CatalogModel[] | undefined> {
		const end = new AbortController();
		void this.clock.sleep(timeoutMs, end.signal).then(() => end.abort(), ignore);
		try {
			// The deadline above also ends a response that only trickles in.
			const response = await transport({ method: 'GET', path, timeoutMs: 0, signal: end.signal });
			if (response.status !== 200) throw await readErrorResponse(response);
			return readCatalog(parseJson(await readText(bounded(response.chunks))));
		} finally {
			end.abort();
		}
	}
}

/** The body, as long as it has a size that a catalog can have. */
async function* bounded(chunks: TransportResponse['chunks']): TransportResponse['chunks'] {
	let byteCount = 0;
	for await (const chunk of chunks) {
		byteCount += chunk.byteLength;
		if (byteCount > maxBytes) throw new Error('The catalog is too large');
		yield chunk;
	}
}

function ignore(): undefined {
	return undefined;
}
