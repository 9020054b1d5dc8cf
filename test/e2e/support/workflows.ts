import { randomUUID } from 'node:crypto';
import type { WorkflowFile, WorkflowNode } from '../../../tools/n8n/workflowFile';

const stepWidth = 220;

type Fields = Record<string, unknown>;

/** A node with a new ID. */
export function node(
	name: string,
	type: string,
	typeVersion: number,
	parameters: Fields,
): WorkflowNode {
	return { id: randomUUID(), name, type, typeVersion, position: [0, 0], parameters };
}

/** Starts with the execute button in the editor. */
export function manualTrigger(): WorkflowNode {
	return node('Start', 'n8n-nodes-base.manualTrigger', 1, {});
}

/** Starts with what is posted to `/webhook/<path>`. */
export function webhook(
	path: string,
	responseMode: 'streaming' | 'lastNode' | 'onReceived',
): WorkflowNode {
	const parameters = { httpMethod: 'POST', path, responseMode, options: {} };
	return { ...node('Webhook', 'n8n-nodes-base.webhook', 2.1, parameters), webhookId: randomUUID() };
}

/** Starts with a message in the chat that n8n hosts at `/webhook/<webhookId>/chat`. */
export function hostedChat(
	responseMode: 'streaming' | 'lastNode',
	webhookId: string,
): WorkflowNode {
	const parameters = { public: true, options: { responseMode } };
	const type = '@n8n/n8n-nodes-langchain.chatTrigger';
	return { ...node('Chat', type, 1.3, parameters), webhookId };
}

/** Outputs one item for each of these values. */
export function items(values: Fields[]): WorkflowNode {
	const jsCode = `return ${JSON.stringify(values.map((json) => ({ json })))};`;
	return node('Items', 'n8n-nodes-base.code', 2, { jsCode });
}

/** Outputs one item with a PNG image as its file `data`. */
export function pixelFile(): WorkflowNode[] {
	const base64 =
		'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';
	const options = { mimeType: 'image/png', fileName: 'pixel.png' };
	return [
		items([{ base64 }]),
		node('File', 'n8n-nodes-base.convertToFile', 1.1, {
			operation: 'toBinary',
			sourceProperty: 'base64',
			options,
		}),
	];
}

/** Passes items on, to see what arrives. */
export function collect(name: string): WorkflowNode {
	return node(name, 'n8n-nodes-base.noOp', 1, {});
}

function byId(model: string): Fields {
	return { __rl: true, mode: 'id', value: model };
}

const credentials = { wandbInferenceApi: { id: '', name: '' } };

/** The node under test: sends one user message for each item. */
export function chatNode(
	content: string,
	parameters: Fields = {},
	fields: Fields = {},
): WorkflowNode {
	const messages = { values: [{ role: 'user', content }] };
	const all = { model: byId('openai/gpt-oss-20b'), messages, ...parameters };
	const type = 'n8n-nodes-wandb-inference.wandbInferenceChat';
	return { ...node('W&B Inference Chat', type, 1, all), credentials, ...fields };
}

/** The sub-node under test. */
export function chatModel(parameters: Fields = {}): WorkflowNode {
	const type = 'n8n-nodes-wandb-inference.lmChatWandbInference';
	const all = { model: byId('openai/gpt-oss-20b'), ...parameters };
	return { ...node('W&B Inference Chat Model', type, 1, all), credentials };
}

/** n8n's agent, which answers the `chatInput` of its input. */
export function agent(options: Fields = {}): WorkflowNode {
	const type = '@n8n/n8n-nodes-langchain.agent';
	return node('AI Agent', type, 3.1, { promptType: 'auto', options });
}

/** A calculator that an agent may use. */
export function calculator(): WorkflowNode {
	return node('Calculator', '@n8n/n8n-nodes-langchain.toolCalculator', 1, {});
}

/** A sub-node and where its connection leads. */
export interface Attachment {
	node: WorkflowNode;
	as: 'ai_languageModel' | 'ai_outputParser' | 'ai_retriever' | 'ai_tool';
	/** Default: the last node in the chain. */
	to?: WorkflowNode;
	/** Which of the inputs of this kind; default 0. */
	input?: number;
}

/**
 * A workflow with a chain of nodes. `outputs` are the nodes at each output of the last one in the
 * chain; `attached` are the sub-nodes.
 */
export function workflowOf(
	name: string,
	chain: WorkflowNode[],
	{ outputs = [], attached = [] }: { outputs?: WorkflowNode[]; attached?: Attachment[] } = {},
): WorkflowFile {
	const connections: Record<string, Record<string, unknown>> = {};
	const toMain = (target: WorkflowNode) => [{ node: target.name, type: 'main', index: 0 }];
	chain.forEach((source, position) => {
		const next = chain[position + 1];
		const targets = next ? [next] : outputs;
		if (targets.length > 0) connections[source.name] = { main: targets.map(toMain) };
	});
	const parent = chain.at(-1)?.name;
	for (const { node: source, as, to, input = 0 } of attached) {
		const target = { node: to?.name ?? parent, type: as, index: input };
		connections[source.name] = { [as]: [[target]] };
	}
	const moveTo = (moved: WorkflowNode, x: number, y: number) => ({ ...moved, position: [x, y] });
	const nodes = [
		...chain.map((source, step) => moveTo(source, step * stepWidth, 0)),
		...outputs.map((target, row) => moveTo(target, chain.length * stepWidth, row * 160 - 80)),
		...attached.map(({ node: subNode }, column) =>
			moveTo(subNode, (chain.length - 1) * stepWidth + column * 140, 220),
		),
	];
	return { name, nodes, connections, settings: { executionOrder: 'v1' } };
}
