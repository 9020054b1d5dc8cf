import type { ExecuteContext } from 'n8n-core';
import type { INodeExecutionData } from 'n8n-workflow';
import { WandbInferenceChat } from '../nodes/WandbInferenceChat/WandbInferenceChat.node.js';

export interface ChatRun {
	durationMs: number;
	items: INodeExecutionData[];
	failedCount: number;
	/** The distinct error messages of the failed items. */
	errors: string[];
}

/** Runs the chat node once and measures how long it takes. */
export async function runChat(context: ExecuteContext): Promise<ChatRun> {
	const startedMs = performance.now();
	const [items = []] = await new WandbInferenceChat().execute.call(context);
	const durationMs = performance.now() - startedMs;
	const failed = items.filter(({ json }) => 'error' in json);
	const errors = [...new Set(failed.map(({ json }) => String(json.error)))];
	return { durationMs, items, failedCount: failed.length, errors };
}
