import type { IBinaryData, IDataObject, INodeParameters, JsonObject } from 'n8n-workflow';
import { readImages } from '../../nodes/WandbInferenceChat/readImages';
import {
	chatParameters,
	createExecuteContext,
	type NodeRun,
} from '../../tools/engine/createExecuteContext';
import type { Simulator } from '../../tools/simulator/simulator';
import { runChatNode } from './chatNode';

export const png: IBinaryData = { mimeType: 'image/png', data: 'aW1hZ2Ux' };
export const pngUrl = 'data:image/png;base64,aW1hZ2Ux';

/** Runs the node with one message and returns the images that the server received. */
export async function sendImages(
	simulator: Simulator,
	fields: INodeParameters,
	run: Partial<NodeRun> = {},
): Promise<unknown[]> {
	const row = { role: 'user', content: '', ...fields };
	const parameters = chatParameters({ messages: { values: [row] } });
	await runChatNode({ baseUrl: simulator.baseUrl, parameters, ...run });
	const { messages } = simulator.requests[0]?.body as {
		messages: Array<{ content: JsonObject[] }>;
	};
	return messages[0]?.content.map((part) => part.image_url) ?? [];
}

/** The images of the second message, whose item contains `file` as 'data'. */
export function readRow(row: IDataObject, file: object = png): ReturnType<typeof readImages> {
	const items = [{ binary: { data: file as IBinaryData } }];
	return readImages(createExecuteContext({ baseUrl: '', items }), 0, row, 2);
}

/** Like `readRow`, with an image from `file`, unless the field refers to something else. */
export function readFile(
	file: object,
	binaryPropertyName: IDataObject[string] = 'data',
): ReturnType<typeof readImages> {
	return readRow({ imageSource: 'binary', binaryPropertyName }, file);
}
