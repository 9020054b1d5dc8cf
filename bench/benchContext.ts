import type { ExecuteContext } from 'n8n-core';
import type { IDataObject, INodeParameters } from 'n8n-workflow';
import type { EngineOptions } from '../tools/engine/createAdditionalData';
import { chatParameters, createExecuteContext } from '../tools/engine/createExecuteContext';

/** A simulated model that answers without reasoning. */
export const model = 'deepseek-ai/DeepSeek-V4-Flash';

export interface BenchRun extends EngineOptions {
	items: IDataObject[];
	/** The user message, which tells the simulator how to answer. */
	prompt: string;
	parameters?: INodeParameters;
}

/** Creates an execution context for the chat node in which failed items do not end the run. */
export function benchContext({ items, prompt, parameters, ...engine }: BenchRun): ExecuteContext {
	return createExecuteContext({
		...engine,
		items: items.map((json) => ({ json })),
		parameters: chatParameters({
			model: { __rl: true, mode: 'id', value: model },
			messages: { values: [{ role: 'user', content: prompt }] },
			...parameters,
		}),
		onError: 'continueRegularOutput',
	});
}

/** Items numbered from 0. */
export function numberedItems(count: number): IDataObject[] {
	return Array.from({ length: count }, (_, row) => ({ row }));
}
