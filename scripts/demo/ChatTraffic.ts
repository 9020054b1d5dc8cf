/* eslint-disable @n8n/community-nodes/no-restricted-imports -- not shipped: runs outside n8n */
import { channel } from 'node:diagnostics_channel';
import type { ClientRequest, IncomingMessage } from 'node:http';

const requestStarted = channel('http.client.request.start');
const responseArrived = channel('http.client.response.finish');

interface StartedRequest {
	request: ClientRequest;
}

interface ArrivedResponse extends StartedRequest {
	response: IncomingMessage;
}

/** Counts this process's chat requests and their responses, using Node.js diagnostics channels. */
export class ChatTraffic {
	sent = 0;

	/** Successful responses received in full. */
	completed = 0;

	/** Number of responses by status. */
	readonly byStatus = new Map<number, number>();

	constructor(private readonly onChange: () => void) {}

	listen(): void {
		requestStarted.subscribe(this.noteRequest);
		responseArrived.subscribe(this.noteResponse);
	}

	stop(): void {
		requestStarted.unsubscribe(this.noteRequest);
		responseArrived.unsubscribe(this.noteResponse);
	}

	private readonly noteRequest = (message: unknown): void => {
		if (!isChat((message as StartedRequest).request)) return;
		this.sent += 1;
		this.onChange();
	};

	private readonly noteResponse = (message: unknown): void => {
		const { request, response } = message as ArrivedResponse;
		if (!isChat(request)) return;
		const status = response.statusCode ?? 0;
		this.byStatus.set(status, (this.byStatus.get(status) ?? 0) + 1);
		this.onChange();
		if (status !== 200) return;
		response.once('end', () => {
			this.completed += 1;
			this.onChange();
		});
	};
}

function isChat({ method, path }: ClientRequest): boolean {
	return method === 'POST' && path.endsWith('/chat/completions');
}
