import type { TokenUsage } from '@n8n/ai-node-sdk';
import { attempt } from './attempt';
import { contentText } from './contentText';
import { countStreamedTokens } from './countStreamedTokens';
import { keepUnknownParts } from './keepUnknownParts';
import type { LangChainMessage, LangChainModel, UsageListener } from './LangChainModel';
import { structuredOutput } from './structuredOutput';

/**
 * Adds what n8n's adapter for models of its SDK lacks for an agent (seen in ai-utilities 0.34.1): it
 * drops the images that n8n's agents and chains attach, ignores `tool_choice`, returns text as a
 * list where n8n's output parsers expect a string, cannot return structured output, reports
 * estimated instead of real token counts when the answer streams, and downloads the token table of
 * GPT-2 to count the tokens of a text.
 *
 * A part that does not fit the adapter of another version of n8n is left out. The adapter then works
 * as n8n made it.
 */
export function patchAdapter(response: unknown): unknown {
	const adapter = response as LangChainModel;
	for (const patch of patches) attempt(() => patch(adapter));
	attempt(() => countStreamedTokens(adapter.callbacks));
	return adapter;
}

const patches = [patchGenerate, patchStream, patchTools, patchStructuredOutput, patchTokenCount];

function patchGenerate(adapter: LangChainModel): void {
	const { _generate: generate } = adapter;
	if (typeof generate !== 'function') return;
	adapter._generate = async (messages, ...others) => {
		const output = await generate.call(adapter, prepared(messages), ...others);
		attempt(() => output.generations?.forEach(({ message }) => joinText(message)));
		return output;
	};
}

function patchStream(adapter: LangChainModel): void {
	const { _streamResponseChunks: stream } = adapter;
	if (typeof stream !== 'function') return;
	adapter._streamResponseChunks = async function* (messages, options, ...others) {
		let usage: TokenUsage | undefined;
		const listener: UsageListener = { onUsage: (reported) => (usage = reported) };
		const call = { ...options, ...listener };
		for await (const chunk of stream.call(adapter, prepared(messages), call, ...others)) {
			attempt(() => {
				joinText(chunk.message);
				addUsageDetails(chunk.message, usage);
			});
			yield chunk;
		}
	};
}

function patchTools(adapter: LangChainModel): void {
	const { bindTools } = adapter;
	if (typeof bindTools !== 'function') return;
	adapter.bindTools = (tools, { tool_choice: choice } = {}) => {
		const bound = patchAdapter(bindTools.call(adapter, tools)) as LangChainModel;
		return choice === undefined ? bound : (bound.withConfig?.({ tool_choice: choice }) ?? bound);
	};
}

function patchStructuredOutput(adapter: LangChainModel): void {
	if (typeof adapter.withStructuredOutput !== 'function') return;
	adapter.withStructuredOutput = (schema, config) => structuredOutput(adapter, schema, config);
}

/** For chains that ask whether a text fits. Without internet access, the download takes minutes. */
function patchTokenCount(adapter: LangChainModel): void {
	if (typeof adapter.getNumTokens !== 'function') return;
	adapter.getNumTokens = async (content) => Math.ceil(Buffer.byteLength(contentText(content)) / 4);
}

function prepared(messages: LangChainMessage[]): LangChainMessage[] {
	return messages.map((message) => attempt(() => keepUnknownParts(message)) ?? message);
}

/** Content that is only text becomes a string, as from n8n's own chat models. */
function joinText(message: LangChainMessage | undefined): void {
	if (!message || !Array.isArray(message.content)) return;
	if (!message.content.every((block) => block?.type === 'text')) return;
	message.content = contentText(message.content);
}

function addUsageDetails(message: LangChainMessage | undefined, usage?: TokenUsage): void {
	if (!message?.usage_metadata || !usage) return;
	const { cacheRead } = usage.inputTokenDetails ?? {};
	const { reasoning } = usage.outputTokenDetails ?? {};
	Object.assign(message.usage_metadata, {
		...(cacheRead === undefined ? {} : { input_token_details: { cache_read: cacheRead } }),
		...(reasoning === undefined ? {} : { output_token_details: { reasoning } }),
	});
}
