import type { INodeParameters, JsonObject } from 'n8n-workflow';
import { chatParameters } from '../../tools/engine/createExecuteContext';
import { validateRequestBody } from '../../tools/simulator/openaiSchema/validateChatCompletion';
import type { Simulator } from '../../tools/simulator/simulator';
import { runChatNode } from './chatNode';

/** The body of the last request, which must match OpenAI's schema. */
export function lastBody({ requests }: Simulator): JsonObject {
	const body = requests.at(-1)?.body as JsonObject;
	expect(validateRequestBody(body)).toEqual([]);
	return body;
}

/** The body that the chat node sends for one item with these parameters. */
export async function bodySentFor(
	simulator: Simulator,
	parameters: INodeParameters,
): Promise<JsonObject> {
	await runChatNode({ baseUrl: simulator.baseUrl, parameters: chatParameters(parameters) });
	return lastBody(simulator);
}

/** What is sent if the user sets no option. */
export const bareBody = {
	model: 'openai/gpt-oss-20b',
	messages: [{ role: 'user', content: 'Hello!' }],
	stream: true,
	stream_options: { include_usage: true },
};
