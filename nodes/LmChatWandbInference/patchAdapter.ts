/** What LangChain calls on a chat model. n8n's adapter implements it. */
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
 * Adds what n8n's adapter for models of its SDK lacks for an agent (seen in ai-utilities 0.34.1): it
 * drops the images that n8n's agents and chains attach, ignores `tool_choice`, and reports estimated
 * instead of real token counts when the answer streams.
 */
export function patchAdapter(response: unknown): unknown {
	const adapter = response as LangChainModel;
	const { _generate, _streamResponseChunks, bindTools } = adapter;
	Object.assign(adapter, {
		_generate: async (messages: LangChainMessage[], ...others: unknown[]) =>
			await _generate.call(adapter, messages.map(keepAttachments), ...others),
		_streamResponseChunks: (messages: LangChainMessage[], ...others: unknown[]) =>
			_streamResponseChunks.call(adapter, messages.map(keepAttachments), ...others),
		bindTools: (tools: unknown[], { tool_choice: choice }: { tool_choice?: unknown } = {}) => {
			const bound = patchAdapter(bindTools.call(adapter, tools)) as LangChainModel;
			return choice === undefined ? bound : bound.withConfig({ tool_choice: choice });
		},
	});
	adapter.callbacks?.forEach(({ options }) => countStreamedTokens(options));
	return adapter;
}

/** The adapter passes unknown blocks on only if they are in LangChain's wrapper for them. */
function keepAttachments(message: LangChainMessage): LangChainMessage {
	if (!Array.isArray(message.content)) return message;
	const content = message.content.map((block) => {
		const value = toWirePart(block);
		return value ? { type: 'non_standard', value } : block;
	});
	return Object.create(message, { content: { value: content, enumerable: true } });
}

/** The formats in which n8n attaches images and files, converted to the API's format. */
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

/** For a streamed answer, LangChain names the counts differently from what the tracer expects. */
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
