/**
 * `always` cannot be turned off. `on` and `off` are defaults that
 * `chat_template_kwargs.enable_thinking` overrides.
 */
export type ReasoningMode = 'always' | 'on' | 'off';

/** What the public catalog says about a model besides its reasoning and context. */
export interface CatalogFacts {
	label?: string;
	/** Default `general-availability`. */
	stage?: string;
	/** Unknown if absent. */
	usdPerMillion?: { input: number; cached?: number; output: number };
	/** Default true. */
	callsTools?: boolean;
	/** Default true. */
	reasons?: boolean;
	/** Default false. */
	readsImages?: boolean;
	/** Default false. */
	takesAdapters?: boolean;
	description?: string;
	license?: string;
}

export interface SimulatedModel {
	id: string;
	reasoning: ReasoningMode;
	contextTokens: number;
	catalog?: CatalogFacts;
}

/**
 * Served by default: a selection of W&B's models that covers every reasoning mode. Prices are those
 * of autumn 2026, where they were published.
 */
export const defaultModels: readonly SimulatedModel[] = [
	{
		id: 'openai/gpt-oss-20b',
		reasoning: 'always',
		contextTokens: 131_072,
		catalog: {
			label: 'GPT OSS 20B',
			usdPerMillion: { input: 0.03, output: 0.13 },
			description: 'Small open-weight reasoning model with low latency',
			license: 'Apache 2.0',
		},
	},
	{
		id: 'openai/gpt-oss-120b',
		reasoning: 'always',
		contextTokens: 131_072,
		catalog: {
			label: 'GPT OSS 120B',
			usdPerMillion: { input: 0.03, output: 0.17 },
			description: 'Efficient open-weight reasoning model for agents',
			license: 'Apache 2.0',
		},
	},
	{
		id: 'deepseek-ai/DeepSeek-V4-Flash',
		reasoning: 'off',
		contextTokens: 163_840,
		catalog: { label: 'DeepSeek V4 Flash' },
	},
	{
		id: 'zai-org/GLM-5.1',
		reasoning: 'on',
		contextTokens: 202_752,
		catalog: { label: 'GLM 5.1' },
	},
	{
		id: 'zai-org/GLM-5.2',
		reasoning: 'on',
		contextTokens: 1_048_576,
		catalog: {
			label: 'GLM 5.2',
			usdPerMillion: { input: 0.76, cached: 0.14, output: 2.42 },
			description: 'Model for long tasks of agents and for code',
			license: 'MIT',
		},
	},
	{
		id: 'Qwen/Qwen3.5-35B-A3B',
		reasoning: 'on',
		contextTokens: 262_144,
		catalog: { label: 'Qwen3.5 35B A3B', readsImages: true },
	},
	{
		id: 'moonshotai/Kimi-K2.6',
		reasoning: 'always',
		contextTokens: 262_144,
		catalog: {
			label: 'Kimi K2.6',
			usdPerMillion: { input: 0.65, cached: 0.15, output: 3.41 },
			readsImages: true,
			description: 'Large model for agents that reads text and images',
		},
	},
	{
		id: 'google/gemma-4-31B-it',
		reasoning: 'on',
		contextTokens: 131_072,
		catalog: { label: 'Gemma 4 31B', readsImages: true },
	},
	{
		id: 'MiniMaxAI/MiniMax-M2.5',
		reasoning: 'always',
		contextTokens: 196_608,
		catalog: { label: 'MiniMax M2.5' },
	},
	{
		id: 'meta-llama/Llama-3.3-70B-Instruct',
		reasoning: 'off',
		contextTokens: 131_072,
		catalog: {
			label: 'Llama 3.3 70B',
			usdPerMillion: { input: 0.71, output: 0.71 },
			reasons: false,
			takesAdapters: true,
		},
	},
	{
		id: 'meta-llama/Llama-3.1-8B-Instruct',
		reasoning: 'off',
		contextTokens: 131_072,
		catalog: {
			label: 'Llama 3.1 8B',
			usdPerMillion: { input: 0.22, output: 0.22 },
			reasons: false,
			takesAdapters: true,
		},
	},
];

const artifactPattern = /^wandb-artifact:\/\/\/[^/\s]+\/[^/\s]+\/[^/:\s]+:[^/:\s]+$/;

/**
 * The model with this ID, or `undefined` if it is not served. Any fine-tuned model
 * (`wandb-artifact:///...`) is served, provided that the request specifies a project.
 */
export function findModel(
	models: readonly SimulatedModel[],
	id: string,
	project: string | undefined,
): SimulatedModel | undefined {
	if (project !== undefined && artifactPattern.test(id)) {
		return { id, reasoning: 'off', contextTokens: 131_072 };
	}
	return models.find((model) => model.id === id);
}
