import { createRunExecutionData, type JsonObject } from 'n8n-workflow';
import { LmChatWandbInference } from '../../nodes/LmChatWandbInference/LmChatWandbInference.node';
import {
	chatModelNodeName,
	createSupplyContext,
	type ModelRun,
} from '../../tools/engine/createSupplyContext';

/** The part of LangChain's chat model interface that n8n's agents and chains use. */
export interface AgentModel {
	invoke(messages: unknown, options?: object): Promise<AgentMessage>;
	stream(messages: unknown, options?: object): Promise<AsyncIterable<AgentMessage>>;
	batch(messages: unknown[], options?: object): Promise<AgentMessage[]>;
	bindTools(tools: unknown[], options?: { tool_choice?: string }): AgentModel;
	withStructuredOutput(
		schema: unknown,
		config?: object,
	): {
		invoke(messages: unknown): Promise<unknown>;
		stream(messages: unknown): Promise<AsyncIterable<unknown>>;
	};
	getNumTokens(content: unknown): Promise<number>;
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
	/** What n8n's log panel shows for each call to the model. */
	logged(): ModelLog[];
}

/** Runs the sub-node in n8n-core's own context and returns the model it supplies. */
export async function supplyAgentModel(run: ModelRun): Promise<SuppliedModel> {
	const data = createRunExecutionData({});
	const context = createSupplyContext(run, data);
	const { response } = await new LmChatWandbInference().supplyData.call(context, 0);
	return {
		model: response as AgentModel,
		logged: () =>
			(data.resultData.runData[chatModelNodeName] ?? []).map(({ data: output, error }) => ({
				...(output?.ai_languageModel?.[0]?.[0]?.json as ModelLog | undefined),
				error,
			})),
	};
}

/** Reads a streamed answer: its pieces, and the message that LangChain combines them into. */
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
