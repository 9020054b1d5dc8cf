import type { TokenUsage } from '@n8n/ai-node-sdk';

/** The parts of n8n's adapter that are patched; any of them may be missing in another version. */
export interface LangChainModel {
	callbacks?: unknown;
	_generate?(messages: LangChainMessage[], ...others: unknown[]): Promise<GenerateOutput>;
	_streamResponseChunks?(
		messages: LangChainMessage[],
		options?: object,
		...others: unknown[]
	): AsyncIterable<GenerationChunk>;
	bindTools?(tools: unknown[], options?: { tool_choice?: unknown }): LangChainModel;
	withConfig?(options: object): LangChainModel;
	withStructuredOutput?(schema: unknown, config?: object): unknown;
	getNumTokens?(content: MessageContent): Promise<number>;
	pipe?(next: (message: LangChainMessage) => unknown): unknown;
}

export type MessageContent = string | Array<ContentBlock | null>;

export interface LangChainMessage {
	/** Only of a generic message. */
	role?: string;
	content?: MessageContent;
	tool_calls?: Array<{ name: string; args: unknown }>;
	usage_metadata?: object;
}

export interface ContentBlock {
	type: string;
	text?: string;
	[field: string]: unknown;
}

interface GenerateOutput {
	generations?: Array<{ message?: LangChainMessage }>;
}

interface GenerationChunk {
	message?: LangChainMessage;
}

/** Passed with a call, so that the adapter's caller learns what the adapter drops. */
export interface UsageListener {
	onUsage?: (usage: TokenUsage) => void;
}
