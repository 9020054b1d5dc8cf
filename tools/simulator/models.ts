/**
 * `always` cannot be turned off. `on` and `off` are defaults that
 * `chat_template_kwargs.enable_thinking` overrides.
 */
export type ReasoningMode = 'always' | 'on' | 'off';

export interface SimulatedModel {
	id: string;
	reasoning: ReasoningMode;
	contextTokens: number;
}

/** Served by default: a selection of W&B's models that covers every reasoning mode. */
export const defaultModels: readonly SimulatedModel[] = [
	{ id: 'openai/gpt-oss-20b', reasoning: 'always', contextTokens: 131_072 },
	{ id: 'openai/gpt-oss-120b', reasoning: 'always', contextTokens: 131_072 },
	{ id: 'deepseek-ai/DeepSeek-V4-Flash', reasoning: 'off', contextTokens: 163_840 },
	{ id: 'zai-org/GLM-5.1', reasoning: 'on', contextTokens: 202_752 },
	{ id: 'Qwen/Qwen3.5-35B-A3B', reasoning: 'on', contextTokens: 262_144 },
	{ id: 'moonshotai/Kimi-K2.6', reasoning: 'always', contextTokens: 262_144 },
	{ id: 'google/gemma-4-31B-it', reasoning: 'on', contextTokens: 131_072 },
	{ id: 'MiniMaxAI/MiniMax-M2.5', reasoning: 'always', contextTokens: 196_608 },
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
