import type { ChatRequest } from './chatRequest';
import { isJsonObject, type JsonObject } from './jsonObject';
import { reject, validateMessages } from './validateMessages';

interface NumberRange {
	minimum?: number;
	maximum?: number;
	integer?: boolean;
}

const numberRanges: Record<string, NumberRange> = {
	temperature: { minimum: 0, maximum: 2 },
	top_p: { minimum: 0, maximum: 1 },
	frequency_penalty: { minimum: -2, maximum: 2 },
	presence_penalty: { minimum: -2, maximum: 2 },
	n: { minimum: 1, maximum: 8, integer: true },
	max_tokens: { minimum: 1, integer: true },
	max_completion_tokens: { minimum: 1, integer: true },
	seed: { integer: true },
	top_logprobs: { minimum: 0, maximum: 20, integer: true },
	top_k: { minimum: -1, integer: true },
	min_p: { minimum: 0, maximum: 1 },
	repetition_penalty: { minimum: 0 },
};
const booleans = ['stream', 'logprobs', 'parallel_tool_calls'];
const objects = ['stream_options', 'chat_template_kwargs', 'logit_bias', 'response_format'];
const strings = ['user', 'cache_salt'];
const efforts = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'];
const functionName = /^[\w.-]{1,64}$/;
const maximumStops = 4;

/**
 * Throws an `ApiError` 400 that names the parameter if the request is invalid. Like real engines,
 * it accepts unknown fields.
 */
export function validateChatRequest(body: unknown): ChatRequest {
	if (!isJsonObject(body)) reject('body', 'must be a JSON object.');
	if (typeof body.model !== 'string' || body.model === '') {
		reject('model', 'must be a non-empty string.');
	}
	validateMessages(body.messages);
	checkPlainFields(body);
	checkSampling(body);
	checkTools(body);
	checkFunctions(body);
	checkResponseFormat(body.response_format);
	return body as unknown as ChatRequest;
}

function checkPlainFields(body: JsonObject): void {
	for (const [name, range] of Object.entries(numberRanges)) {
		if (body[name] != null) checkNumber(name, body[name], range);
	}
	for (const name of booleans) {
		if (body[name] != null && typeof body[name] !== 'boolean') reject(name, 'must be a boolean.');
	}
	for (const name of objects) {
		if (body[name] != null && !isJsonObject(body[name])) reject(name, 'must be an object.');
	}
	for (const name of strings) {
		if (body[name] != null && typeof body[name] !== 'string') reject(name, 'must be a string.');
	}
	const effort = body.reasoning_effort;
	if (effort != null && (typeof effort !== 'string' || !efforts.includes(effort))) {
		reject('reasoning_effort', `must be one of ${efforts.join(', ')}.`);
	}
}

function checkNumber(name: string, value: unknown, range: NumberRange): void {
	if (typeof value !== 'number') reject(name, 'must be a number.');
	if (range.integer && !Number.isInteger(value)) reject(name, 'must be an integer.');
	const { minimum = -Infinity, maximum = Infinity } = range;
	if (value < minimum || value > maximum) {
		reject(name, `must be between ${minimum} and ${maximum}, got ${value}.`);
	}
}

function checkSampling(body: JsonObject): void {
	if (body.top_logprobs != null && body.logprobs !== true) {
		reject('top_logprobs', "requires 'logprobs' to be true.");
	}
	if (isJsonObject(body.logit_bias)) {
		for (const [token, bias] of Object.entries(body.logit_bias)) {
			if (!/^\d+$/.test(token)) reject('logit_bias', `'${token}' is not a token ID.`);
			checkNumber(`logit_bias.${token}`, bias, { minimum: -100, maximum: 100 });
		}
	}
	if (body.stop != null) checkStop(body.stop);
	if (body.cache_salt === '') reject('cache_salt', 'must be a non-empty string.');
	if (body.stream_options != null && body.stream !== true) {
		reject('stream_options', "is only allowed when 'stream' is true.");
	}
}

function checkStop(stop: unknown): void {
	const sequences: unknown[] = Array.isArray(stop) ? stop : [stop];
	if (sequences.length > maximumStops) {
		reject('stop', `must not contain more than ${maximumStops} sequences.`);
	}
	for (const sequence of sequences) {
		if (typeof sequence !== 'string' || sequence === '') {
			reject('stop', 'must be a non-empty string or an array of non-empty strings.');
		}
	}
}

function checkTools(body: JsonObject): void {
	const tools: unknown = body.tools ?? [];
	if (!Array.isArray(tools)) reject('tools', 'must be an array.');
	const names = tools.map((tool: unknown, index) => {
		if (!isJsonObject(tool) || tool.type !== 'function') {
			reject(`tools[${index}].type`, "must be 'function'.");
		}
		return checkFunction(tool.function, `tools[${index}].function`);
	});
	const choice = body.tool_choice;
	if (choice == null || choice === 'none') return;
	if (names.length === 0) reject('tool_choice', "is only allowed when 'tools' is set.");
	if (choice === 'auto' || choice === 'required') return;
	const named = isJsonObject(choice) && choice.type === 'function' ? choice.function : undefined;
	if (!isJsonObject(named) || typeof named.name !== 'string') {
		reject('tool_choice', "must be 'none', 'auto', 'required', or a named function.");
	}
	if (!names.includes(named.name)) reject('tool_choice', `there is no tool named '${named.name}'.`);
}

function checkFunction(definition: unknown, path: string): string {
	if (!isJsonObject(definition)) reject(path, 'must be an object.');
	if (typeof definition.name !== 'string' || !functionName.test(definition.name)) {
		reject(`${path}.name`, 'must be 1 to 64 letters, digits, underscores, dots, or dashes.');
	}
	if (definition.parameters != null && !isJsonObject(definition.parameters)) {
		reject(`${path}.parameters`, 'must be a JSON schema object.');
	}
	return definition.name;
}

function checkFunctions(body: JsonObject): void {
	const functions: unknown = body.functions ?? [];
	if (!Array.isArray(functions)) reject('functions', 'must be an array.');
	const names = functions.map((definition, index) =>
		checkFunction(definition, `functions[${index}]`),
	);
	const choice = body.function_call;
	if (choice == null || choice === 'none') return;
	if (names.length === 0) reject('function_call', "is only allowed when 'functions' is set.");
	if (choice === 'auto') return;
	if (!isJsonObject(choice) || typeof choice.name !== 'string') {
		reject('function_call', "must be 'none', 'auto', or a named function.");
	}
	if (!names.includes(choice.name))
		reject('function_call', `there is no function named '${choice.name}'.`);
}

function checkResponseFormat(format: unknown): void {
	if (!isJsonObject(format)) return;
	if (format.type === 'text' || format.type === 'json_object') return;
	if (format.type !== 'json_schema') {
		reject('response_format.type', 'must be text, json_object, or json_schema.');
	}
	const wrapper = format.json_schema;
	if (!isJsonObject(wrapper)) reject('response_format.json_schema', 'must be an object.');
	if (typeof wrapper.name !== 'string' || !/^[\w-]{1,64}$/.test(wrapper.name)) {
		reject('response_format.json_schema.name', 'must be 1 to 64 letters, digits, _, or -.');
	}
	if (!isJsonObject(wrapper.schema)) {
		reject('response_format.json_schema.schema', 'must be a JSON schema object.');
	}
}
