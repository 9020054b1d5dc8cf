import type { ChatRequest } from './chatRequest';
import { isJsonObject } from './jsonObject';
import type { JsonObject } from './jsonObject';
import { refuse, validateMessages } from './validateMessages';

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

function checkNumber(name: string, value: unknown, range: NumberRange): void {
	if (typeof value !== 'number') refuse(name, 'must be a number.');
	if (range.integer && !Number.isInteger(value)) refuse(name, 'must be an integer.');
	const { minimum = -Infinity, maximum = Infinity } = range;
	if (value < minimum || value > maximum) {
		refuse(name, `must be between ${minimum} and ${maximum}, got ${value}.`);
	}
}

function checkPlainFields(body: JsonObject): void {
	for (const [name, range] of Object.entries(numberRanges)) {
		if (body[name] != null) checkNumber(name, body[name], range);
	}
	for (const name of booleans) {
		if (body[name] != null && typeof body[name] !== 'boolean') refuse(name, 'must be a boolean.');
	}
	for (const name of objects) {
		if (body[name] != null && !isJsonObject(body[name])) refuse(name, 'must be an object.');
	}
	for (const name of strings) {
		if (body[name] != null && typeof body[name] !== 'string') refuse(name, 'must be a string.');
	}
	const effort = body.reasoning_effort;
	if (effort != null && (typeof effort !== 'string' || !efforts.includes(effort))) {
		refuse('reasoning_effort', `must be one of ${efforts.join(', ')}.`);
	}
}

function checkSampling(body: JsonObject): void {
	if (body.top_logprobs != null && body.logprobs !== true) {
		refuse('top_logprobs', "needs 'logprobs' to be true.");
	}
	if (isJsonObject(body.logit_bias)) {
		for (const [token, bias] of Object.entries(body.logit_bias)) {
			if (!/^\d+$/.test(token)) refuse('logit_bias', `'${token}' is not a token id.`);
			checkNumber(`logit_bias.${token}`, bias, { minimum: -100, maximum: 100 });
		}
	}
	if (body.stop != null) checkStop(body.stop);
	if (body.cache_salt === '') refuse('cache_salt', 'must be a non-empty string.');
	if (body.stream_options != null && body.stream !== true) {
		refuse('stream_options', "is only allowed when 'stream' is true.");
	}
}

function checkStop(stop: unknown): void {
	const sequences: unknown[] = Array.isArray(stop) ? stop : [stop];
	if (sequences.length > maximumStops) {
		refuse('stop', `must have at most ${maximumStops} sequences.`);
	}
	for (const sequence of sequences) {
		if (typeof sequence !== 'string' || sequence === '') {
			refuse('stop', 'must be a non-empty string or an array of them.');
		}
	}
}

function checkFunction(definition: unknown, path: string): string {
	if (!isJsonObject(definition)) refuse(path, 'must be an object.');
	if (typeof definition.name !== 'string' || !functionName.test(definition.name)) {
		refuse(`${path}.name`, 'must be 1 to 64 letters, digits, underscores, dots or dashes.');
	}
	if (definition.parameters != null && !isJsonObject(definition.parameters)) {
		refuse(`${path}.parameters`, 'must be a JSON schema object.');
	}
	return definition.name;
}

function checkTools(body: JsonObject): void {
	const tools: unknown = body.tools ?? [];
	if (!Array.isArray(tools)) refuse('tools', 'must be an array.');
	const names = tools.map((tool: unknown, index) => {
		if (!isJsonObject(tool) || tool.type !== 'function') {
			refuse(`tools[${index}].type`, "must be 'function'.");
		}
		return checkFunction(tool.function, `tools[${index}].function`);
	});
	const choice = body.tool_choice;
	if (choice == null || choice === 'none') return;
	if (names.length === 0) refuse('tool_choice', "is only allowed when 'tools' are given.");
	if (choice === 'auto' || choice === 'required') return;
	const named = isJsonObject(choice) && choice.type === 'function' ? choice.function : undefined;
	if (!isJsonObject(named) || typeof named.name !== 'string') {
		refuse('tool_choice', "must be 'none', 'auto', 'required' or name a function.");
	}
	if (!names.includes(named.name)) refuse('tool_choice', `no tool is called '${named.name}'.`);
}

function checkFunctions(body: JsonObject): void {
	const functions: unknown = body.functions ?? [];
	if (!Array.isArray(functions)) refuse('functions', 'must be an array.');
	const names = functions.map((definition, index) =>
		checkFunction(definition, `functions[${index}]`),
	);
	const choice = body.function_call;
	if (choice == null || choice === 'none') return;
	if (names.length === 0) refuse('function_call', "is only allowed when 'functions' are given.");
	if (choice === 'auto') return;
	if (!isJsonObject(choice) || typeof choice.name !== 'string') {
		refuse('function_call', "must be 'none', 'auto' or name a function.");
	}
	if (!names.includes(choice.name)) refuse('function_call', `no function is '${choice.name}'.`);
}

function checkResponseFormat(format: unknown): void {
	if (!isJsonObject(format)) return;
	if (format.type === 'text' || format.type === 'json_object') return;
	if (format.type !== 'json_schema') {
		refuse('response_format.type', 'must be text, json_object or json_schema.');
	}
	const wrapper = format.json_schema;
	if (!isJsonObject(wrapper)) refuse('response_format.json_schema', 'must be an object.');
	if (typeof wrapper.name !== 'string' || !/^[\w-]{1,64}$/.test(wrapper.name)) {
		refuse('response_format.json_schema.name', 'must be 1 to 64 letters, digits, _ or -.');
	}
	if (!isJsonObject(wrapper.schema)) {
		refuse('response_format.json_schema.schema', 'must be a JSON schema object.');
	}
}

/**
 * The request that a body holds, or an `ApiError` 400 that names the parameter at fault. Fields that are not known are
 * accepted, as engines do.
 */
export function validateChatRequest(body: unknown): ChatRequest {
	if (!isJsonObject(body)) refuse('body', 'must be a JSON object.');
	if (typeof body.model !== 'string' || body.model === '') {
		refuse('model', 'must be a non-empty string.');
	}
	validateMessages(body.messages);
	checkPlainFields(body);
	checkSampling(body);
	checkTools(body);
	checkFunctions(body);
	checkResponseFormat(body.response_format);
	return body as unknown as ChatRequest;
}
