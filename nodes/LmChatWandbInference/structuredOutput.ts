import type { LangChainMessage, LangChainModel } from './LangChainModel';

interface StructuredOutputConfig {
	name?: string;
	includeRaw?: boolean;
}

/**
 * LangChain's `withStructuredOutput`: the model calls a function whose arguments have the schema.
 * LangChain's own one accepts only the message class of streamed answers, which n8n's adapter does
 * not use for others.
 */
export function structuredOutput(
	model: LangChainModel,
	schema: unknown,
	{ name, includeRaw }: StructuredOutputConfig = {},
): unknown {
	const { name: ownName, description, parse } = schema as Record<string, unknown>;
	const isValidator = typeof parse === 'function';
	const called = name ?? (typeof ownName === 'string' && !isValidator ? ownName : 'extract');
	const tool = {
		name: called,
		description: typeof description === 'string' ? description : 'Returns the answer',
		schema,
	};
	const bound = model.bindTools?.([tool], { tool_choice: called });
	const read = (message: LangChainMessage): unknown => {
		const call = message.tool_calls?.find((known) => known.name === called);
		if (!call) throw new Error(`The model did not call the function '${called}'`);
		return isValidator
			? (schema as { parse(value: unknown): unknown }).parse(call.args)
			: call.args;
	};
	return bound?.pipe?.(includeRaw ? (raw) => ({ raw, parsed: parsedOrNull(read, raw) }) : read);
}

function parsedOrNull(
	read: (message: LangChainMessage) => unknown,
	raw: LangChainMessage,
): unknown {
	try {
		return read(raw);
	} catch {
		return null;
	}
}
