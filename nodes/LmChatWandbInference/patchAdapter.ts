/** What LangChain calls on a chat model; n8n's adapter around ours implements it. */
interface LangChainModel {
	callbacks?: Array<{ options?: { tokensUsageParser?: (output: ModelOutput) => unknown } }>;
	_generate(messages: LangChainMessage[], ...others: unknown[]): Promise<unknown>;
	_streamResponseChunks(
		messages: LangChainMessage[],
		...others: unknown[]
	): AsyncGenerator<unknown>;
	bindTools(tools: unknown[], options?: { tool_choice?: unknown }): unknown;
	withConfig(options: object): unknown;
}

interface LangChainMessage {
	content: string | ContentBlock[];
}

interface ContentBlock {
	type: string;
	[field: string]: unknown;
}

interface ModelOutput {
	llmOutput?: { tokenUsage?: Record<string, unknown> };
}

/**
 * n8n's adapter around a model of its SDK, with what the adapter lacks for an agent (seen in
 * ai-utilities 0.34.1): it drops the images that n8n's agents and chains attach, forgets that a tool
 * must be called, and reports estimated instead of real token counts where the answer streams.
 */
export function completeAdapter(response: unknown): unknown {
	const adapter = response as LangChainModel;
	const { _generate, _streamResponseChunks, bindTools } = adapter;
	Object.assign(adapter, {
		_generate: async (messages: LangChainMessage[], ...others: unknown[]) =>
			await _generate.call(adapter, messages.map(keepAttachments), ...others),
		_streamResponseChunks: (messages: LangChainMessage[], ...others: unknown[]) =>
			_streamResponseChunks.call(adapter, messages.map(keepAttachments), ...others),
		bindTools: (tools: unknown[], { tool_choice: choice }: { tool_choice?: unknown } = {}) => {
			const bound = completeAdapter(bindTools.call(adapter, tools)) as LangChainModel;
			return choice === undefined ? bound : bound.withConfig({ tool_choice: choice });
		},
	});
	adapter.callbacks?.forEach(({ options }) => countStreamedTokens(options));
	return adapter;
}

/** The adapter passes on what it does not know only in LangChain's wrapper for such blocks. */
function keepAttachments(message: LangChainMessage): LangChainMessage {
	if (!Array.isArray(message.content)) return message;
	const content = message.content.map((block) => {
		const value = toWirePart(block);
		return value ? { type: 'non_standard', value } : block;
	});
	return Object.create(message, { content: { value: content, enumerable: true } });
}

/** The shapes in which n8n attaches images and files, as the API words them. */
function toWirePart(block: ContentBlock): object | undefined {
	if (block.type === 'image_url') {
		const image = block.image_url;
		return { type: 'image_url', image_url: typeof image === 'string' ? { url: image } : image };
	}
	if (block.source_type !== 'base64' && block.source_type !== 'url') return undefined;
	const url =
		block.source_type === 'url' ? block.url : `data:${block.mime_type};base64,${block.data}`;
	if (block.type === 'image') return { type: 'image_url', image_url: { url } };
	const { filename } = (block.metadata ?? {}) as { filename?: string };
	return { type: 'file', file: { filename, file_data: url } };
}

/** LangChain names the counts of a streamed answer otherwise than the adapter's tracer expects. */
function countStreamedTokens(
	tracing: { tokensUsageParser?: (output: ModelOutput) => unknown } = {},
): void {
	const parse = tracing.tokensUsageParser;
	if (!parse) return;
	tracing.tokensUsageParser = (output) => {
		const { promptTokens, completionTokens, ...usage } = output.llmOutput?.tokenUsage ?? {};
		const tokenUsage = { input_tokens: promptTokens, output_tokens: completionTokens, ...usage };
		return parse({ ...output, llmOutput: { ...output.llmOutput, tokenUsage } });
	};
}
