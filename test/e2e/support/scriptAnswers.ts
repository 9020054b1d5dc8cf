import type { RecordedRequest, Simulator } from '../../../tools/simulator/simulator';

interface Script {
	/** Only requests to this model get the answers. */
	model?: string;
}

function isStreamed({ body }: RecordedRequest): boolean {
	return (body as { stream?: boolean }).stream === true;
}

/**
 * The simulator answers the next requests with these texts, one after the other. Directives cannot
 * do that, because n8n's parsers do not repeat the user's message when they ask for a better answer.
 */
export function scriptAnswers(simulator: Simulator, texts: string[], { model }: Script = {}): void {
	for (const content of texts) {
		const choice = { index: 0, finish_reason: 'stop' };
		const event = { choices: [{ ...choice, delta: { role: 'assistant', content } }] };
		const completion = { choices: [{ ...choice, message: { role: 'assistant', content } }] };
		simulator.fault({
			when: { model },
			times: 1,
			fault: {
				kind: 'custom',
				handle: (request, response) => {
					const [type, body] = isStreamed(request)
						? ['text/event-stream', `data: ${JSON.stringify(event)}\n\ndata: [DONE]\n\n`]
						: ['application/json', JSON.stringify(completion)];
					response.writeHead(200, { 'content-type': type }).end(body);
				},
			},
		});
	}
}
