import { randomUUID } from 'node:crypto';

/** n8n's editor API answered with an error; `status` and the message are n8n's own. */
export class RestError extends Error {
	override readonly name = 'RestError';

	constructor(
		readonly status: number,
		request: string,
		detail: string,
	) {
		super(`n8n answered ${status} to ${request}: ${detail}`);
	}
}

function readMessage(text: string): string {
	try {
		return (JSON.parse(text) as { message?: string }).message ?? text;
	} catch {
		return text;
	}
}

/** A browser-like session with n8n's editor API: keeps the login cookie, unwraps `data`. */
export class RestSession {
	private cookie = '';
	/** n8n ties a login to the browser that sent this. */
	private readonly browserId = randomUUID();

	constructor(readonly url: string) {}

	/** Sends one request; `path` starts after `/rest/`. The caller knows the shape of the answer. */
	async request<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
		const text = await this.send(method, `/rest/${path}`, body);
		return (JSON.parse(text) as { data: Answer }).data;
	}

	/** Reads a file that n8n serves to a logged-in editor, such as `/types/nodes.json`. */
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
