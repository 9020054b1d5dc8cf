import { completeAnswer, type AnswerResult } from '../../inference/completeAnswer';
import { completeWithTools, type ToolOptions } from '../../inference/completeWithTools';
import type { InferenceClient } from '../../inference/openClient';
import type { ConnectedTools } from '../../inference/toolRuns';
import { ParameterError } from '../shared/ParameterError';
import type { ChatParameters } from './readParameters';

/** Completes the request of one item; if tools are connected to the node, they are run for it. */
export async function completeRequest(
	client: InferenceClient,
	{ request, maxToolRounds }: ChatParameters,
	tools: ConnectedTools | undefined,
	options: Omit<ToolOptions, 'tools' | 'maxToolRounds'>,
): Promise<AnswerResult> {
	if (!tools) return await completeAnswer(client, request, options);
	return await completeWithTools(client, request, { ...options, tools, maxToolRounds });
}

/** The parameters with all tools that the model is offered. Throws if they do not fit together. */
export function offeredParameters(
	parameters: ChatParameters,
	tools: ConnectedTools | undefined,
): ChatParameters {
	if (!tools) return parameters;
	const { request } = parameters;
	const own = new Set(request.tools.map(({ name }) => name));
	const twice = tools.definitions.find(({ name }) => own.has(name));
	if (twice) {
		throw new ParameterError(
			`'Tools' contains '${twice.name}', which is also the name of a connected tool`,
			'Rename one of them.',
		);
	}
	const count = request.extraBody.n ?? request.fields.n ?? 1;
	if (typeof count === 'number' && count > 1) {
		throw new ParameterError(
			"'Number of Choices' is more than one, but tools are connected",
			"Remove 'Number of Choices' from Options, or disconnect the tools.",
		);
	}
	return {
		...parameters,
		request: { ...request, tools: [...request.tools, ...tools.definitions] },
	};
}
