interface ModelOutput {
	llmOutput?: { tokenUsage?: Record<string, unknown> };
}

interface Tracer {
	options?: { tokensUsageParser?: (output: ModelOutput) => unknown };
}

/**
 * For a streamed answer, LangChain names the token counts differently from what n8n's tracers expect.
 * Lets the tracers among the callbacks read both.
 */
export function countStreamedTokens(callbacks: unknown): void {
	const { handlers = callbacks } = (callbacks ?? {}) as { handlers?: unknown };
	if (!Array.isArray(handlers)) return;
	for (const { options } of handlers as Tracer[]) {
		const parse = options?.tokensUsageParser;
		if (!options || typeof parse !== 'function') continue;
		options.tokensUsageParser = (output) => {
			const { promptTokens, completionTokens, ...usage } = output.llmOutput?.tokenUsage ?? {};
			const tokenUsage = { input_tokens: promptTokens, output_tokens: completionTokens, ...usage };
			return parse({ ...output, llmOutput: { ...output.llmOutput, tokenUsage } });
		};
	}
}
