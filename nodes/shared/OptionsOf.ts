import type { INodePropertyOptions } from 'n8n-workflow';

/** The options of a field whose values are known. */
export type OptionsOf<Value extends string> = Array<INodePropertyOptions & { value: Value }>;
