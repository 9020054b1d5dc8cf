import Ajv2020 from 'ajv/dist/2020';
import type { ValidateFunction } from 'ajv';
import { isJsonObject, type JsonObject } from '../jsonObject';
import openaiSchema from './openai-chat-completions.schema.json';

/** Request fields that W&B adds to OpenAI's API or restricts further. */
const wandbRequest = {
	type: 'object',
	properties: {
		cache_salt: { type: 'string', minLength: 1 },
		chat_template_kwargs: {
			type: 'object',
			properties: { enable_thinking: { type: 'boolean' } },
		},
		temperature: { type: ['number', 'null'], minimum: 0, maximum: 2 },
		logit_bias: { additionalProperties: { minimum: -100, maximum: 100 } },
		max_tokens: { minimum: 1 },
		max_completion_tokens: { minimum: 1 },
	},
};

const wandbMessage = { type: 'object', properties: { reasoning: { type: ['string', 'null'] } } };

const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
ajv.addSchema({ $id: 'openai', ...(withoutNullable(openaiSchema) as JsonObject) });

const validateRequest = compile('CreateChatCompletionRequest', wandbRequest);
const validateCompletion = compile('CreateChatCompletionResponse', wandbChoices('message'));
const validateChunk = compile('CreateChatCompletionStreamResponse', wandbChoices('delta'));

/**
 * Lists the problems in a chat request according to OpenAI's schema and W&B's additions to it. Like
 * real engines, it accepts unknown fields.
 */
export function validateRequestBody(body: unknown): string[] {
	return problemsOf(validateRequest, body);
}

/** Lists the problems in a completion, or in a chunk of a streamed one. */
export function validateResponseBody(body: unknown): string[] {
	const isChunk = isJsonObject(body) && body.object === 'chat.completion.chunk';
	return problemsOf(isChunk ? validateChunk : validateCompletion, body);
}

function problemsOf(validate: ValidateFunction, body: unknown): string[] {
	if (validate(body)) return [];
	const problems = (validate.errors ?? []).map(
		(error) => `${error.instancePath || '/'} ${error.message ?? error.keyword}`,
	);
	return [...new Set(problems)];
}

/** Replaces OpenAPI's `nullable`, which the validator does not support, with plain JSON Schema. */
function withoutNullable(schema: unknown): unknown {
	if (Array.isArray(schema)) return schema.map(withoutNullable);
	if (!isJsonObject(schema)) return schema;
	const { nullable, ...rest } = schema;
	const plain = Object.fromEntries(
		Object.entries(rest).map(([key, value]) => [key, withoutNullable(value)]),
	);
	return nullable === true ? { anyOf: [plain, { type: 'null' }] } : plain;
}

function compile(definition: string, additions: JsonObject): ValidateFunction {
	return ajv.compile({ allOf: [{ $ref: `openai#/$defs/${definition}` }, additions] });
}

function wandbChoices(messageKey: 'message' | 'delta'): JsonObject {
	const item = { type: 'object', properties: { [messageKey]: wandbMessage } };
	return { type: 'object', properties: { choices: { type: 'array', items: item } } };
}
