import { SupplyDataContext } from 'n8n-core';
import {
	createRunExecutionData,
	type IDataObject,
	type IExecuteData,
	type INode,
	type INodeParameters,
	type IRunExecutionData,
	type JsonObject,
} from 'n8n-workflow';
import { LmChatWandbInference } from '../../nodes/LmChatWandbInference/LmChatWandbInference.node';
import { createAdditionalData, createWorkflow } from './nodeRun';

export interface ModelRun {
	baseUrl: string;
	options?: INodeParameters;
	model?: string;
	credential?: IDataObject;
	signal?: AbortSignal;
}

/** What LangChain calls a chat model, as far as n8n's agents and chains use it. */
export interface AgentModel {
	invoke(messages: unknown, options?: object): Promise<AgentMessage>;
	stream(messages: unknown, options?: object): Promise<AsyncIterable<AgentMessage>>;
	bindTools(tools: unknown[], options?: { tool_choice?: string }): AgentModel;
	lc_namespace: string[];
}

export interface AgentMessage {
	text: string;
	content: unknown;
	tool_calls?: Array<{ id?: string; name: string; args: object }>;
	invalid_tool_calls?: unknown[];
	usage_metadata?: object;
	response_metadata: Record<string, unknown>;
	concat(message: AgentMessage): AgentMessage;
}

export interface ModelLog {
	tokenUsage?: JsonObject;
	tokenUsageEstimate?: JsonObject;
	error?: Error;
}

export interface SuppliedModel {
	model: AgentModel;
	/** What n8n's log panel shows of each call of the model. */
	logged(): ModelLog[];
}

const nodeName = 'W&B Inference Chat Model';

/** The model that the sub-node supplies in n8n-core's own context. */
export async function supplyAgentModel(run: ModelRun): Promise<SuppliedModel> {
	const data = createRunExecutionData({});
	const context = createSupplyContext(run, data);
	const { response } = await new LmChatWandbInference().supplyData.call(context, 0);
	return {
		model: response as AgentModel,
		logged: () =>
			(data.resultData.runData[nodeName] ?? []).map(({ data: output, error }) => ({
				...(output?.ai_languageModel?.[0]?.[0]?.json as ModelLog | undefined),
				error,
			})),
	};
}

/** The pieces of a streamed answer, and the whole that LangChain makes of them. */
export async function readStream(
	stream: AsyncIterable<AgentMessage>,
): Promise<{ texts: string[]; whole?: AgentMessage }> {
	const texts: string[] = [];
	let whole: AgentMessage | undefined;
	for await (const chunk of stream) {
		if (chunk.text !== '') texts.push(chunk.text);
		whole = whole ? whole.concat(chunk) : chunk;
	}
	return { texts, whole };
}

export function createSupplyContext(
	run: ModelRun,
	data: IRunExecutionData = createRunExecutionData({}),
): SupplyDataContext {
	const node: INode = {
		id: 'model',
		name: nodeName,
		type: 'n8n-nodes-wandb-inference.lmChatWandbInference',
		typeVersion: 1,
		position: [0, 0],
		parameters: {
			model: { __rl: true, mode: 'id', value: run.model ?? 'openai/gpt-oss-20b' },
			options: run.options ?? {},
		},
		credentials: { wandbInferenceApi: { id: '1', name: 'W&B' } },
	};
	const items = [{ json: {} }];
	const executeData: IExecuteData = { node, data: { main: [items] }, source: null };
	return new SupplyDataContext(
		createWorkflow(node, new LmChatWandbInference()),
		node,
		createAdditionalData(run),
		'manual',
		data,
		0,
		items,
		{ main: [items] },
		'ai_languageModel',
		executeData,
		[],
		run.signal,
	);
}
