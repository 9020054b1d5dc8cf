import { randomUUID } from 'node:crypto';

/** An error response from n8n's editor API. */
export class RestError extends Error {
	override readonly name = 'RestError';

	constructor(
		readonly status: number,
		request: string,
		detail: string,
	) {
		super(`n8n responded with ${status} to ${request}: ${detail}`);
	}
}

/** A browser-like session with n8n's editor API. */
export class RestSession {
	private cookie = '';
	/** n8n ties a login to this ID. */
	private readonly browserId = randomUUID();

	constructor(readonly url: string) {}

	/** Sends one request and unwraps the response's `data`. `path` is relative to `/rest/`. */
	async request<Data>(method: string, path: string, body?: unknown): Promise<Data> {
		const text = await this.send(method, `/rest/${path}`, body);
		return (JSON.parse(text) as { data: Data }).data;
	}

	/** Reads a JSON file that n8n serves to the editor, such as `/types/nodes.json`. */
	async readFile<Content>(path: string): Promise<Content> {
		return JSON.parse(await this.send('GET', path)) as Content;
	}

	private async send(method: string, path: string, body?: unknown): Promise<string> {
		const response = await fetch(`${this.url}${path}`, {
			method,
			headers: {
				'content-type': 'application/json',
				'browser-id': this.browserId,
				...(this.cookie && { cookie: this.cookie }),
			},
			...(body !== undefined && { body: JSON.stringify(body) }),
		});
		this.keepCookie(response);
		const text = await response.text();
		if (!response.ok) throw new RestError(response.status, `${method} ${path}`, readMessage(text));
		return text;
	}

	private keepCookie(response: Response): void {
		for (const cookie of response.headers.getSetCookie()) {
			const [pair = ''] = cookie.split(';');
			if (pair.startsWith('n8n-auth=')) this.cookie = pair;
		}
	}
}

function readMessage(text: string): string {
	try {
		return (JSON.parse(text) as { message?: string }).message ?? text;
	} catch {
		return text;
	}
}
