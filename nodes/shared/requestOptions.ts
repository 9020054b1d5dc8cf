import type { IDataObject, INodeProperties, JsonObject } from 'n8n-workflow';
import { toModelId } from '../../inference/chatRequest';
import { checkedProject, isProjectHeader } from '../../inference/http/connection';
import { headerFault } from '../../inference/http/headerFault';
import { asJsonObject, isJsonObject } from '../../inference/json';
import type { NodeKind } from './advice';
import { ParameterError } from './ParameterError';
import { requestParameters, type RequestParameter } from './requestParameters';
import { readBoolean, readJsonObject, readNames, readSeconds, readText } from './readValue';

/** The 'Options' of one item, checked and ready for the client. */
export interface RequestOptions {
	/** Body fields under their wire names. */
	fields: JsonObject;
	extraBody: JsonObject;
	extraHeaders: Record<string, string>;
	fallbackModels: string[];
	stream: boolean;
	timeoutMs: number;
	traceToWeave: boolean;
}

const defaultTimeoutSeconds = 300;

/** The 'Options' collection of one of the nodes, with options that only this node has. */
export function optionsField(node: NodeKind, ownOptions: INodeProperties[] = []): INodeProperties {
	const options = [...parametersOf(node).map(({ property }) => property), ...ownOptions];
	return {
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add Option',
		default: {},
		options: options.sort(
			(left, right) =>
				rankOf(left) - rankOf(right) || left.displayName.localeCompare(right.displayName),
		),
	};
}

const mostUsed = ['maxTokens', 'temperature', 'reasoning', 'reasoningEffort'];
const legacy = ['functionCall', 'functions'];

/** The most used options come first, legacy ones last, and those between in order of their names. */
function rankOf({ name }: INodeProperties): number {
	if (legacy.includes(name)) return mostUsed.length + 1;
	return mostUsed.includes(name) ? mostUsed.indexOf(name) : mostUsed.length;
}

/** Reads the options that the user set; unset ones are left out. */
export function readRequestOptions(values: IDataObject, node: NodeKind): RequestOptions {
	const fields: JsonObject = {};
	for (const { property, wire } of parametersOf(node)) {
		if (!wire || !(property.name in values)) continue;
		const encoded = wire.encode(values[property.name], property.displayName);
		if (encoded !== undefined) fields[wire.name] = encoded;
	}
	return {
		fields: withLogprobs(fields),
		extraBody: readJsonObject(values.extraBody, 'Extra Body') ?? {},
		extraHeaders: readExtraHeaders(values.extraHeaders),
		fallbackModels: readNames(values.fallbackModels)
			.map(toModelId)
			.filter((model) => model !== ''),
		stream: readBoolean(values.stream, 'Stream') ?? true,
		timeoutMs: readSeconds(values.timeout, 'Timeout', defaultTimeoutSeconds) * 1000,
		traceToWeave: readBoolean(values.traceToWeave, 'Trace to Weave') ?? false,
	};
}

/** The API accepts `top_logprobs` only with `logprobs`, so more than 0 turns it on if it is unset. */
function withLogprobs(fields: JsonObject): JsonObject {
	const { top_logprobs: count, ...others } = fields;
	if (typeof count !== 'number' || fields.logprobs === true) return fields;
	if (count === 0 || fields.logprobs === false) return others;
	return { ...fields, logprobs: true };
}

function parametersOf(node: NodeKind): RequestParameter[] {
	return requestParameters.filter(({ shownBy }) => node === 'chat' || shownBy === 'both');
}

function readExtraHeaders(value: unknown): Record<string, string> {
	const headers: Record<string, string> = {};
	const rows = isJsonObject(value) && Array.isArray(value.values) ? value.values : [];
	for (const row of rows) {
		const fields = asJsonObject(row);
		const name = (readText(fields.name) ?? '').trim();
		const content = (readText(fields.value) ?? '').trim();
		if (name === '' && content === '') continue;
		checkHeader(name, content);
		headers[name] = content;
	}
	return headers;
}

function checkHeader(name: string, content: string): void {
	const fault = headerFault(name, content);
	if (fault === 'reserved') {
		throw new ParameterError(
			`The header '${name}' in 'Extra Headers' cannot be replaced`,
			"Remove it. The API key comes from the credential, which also accepts a gateway's virtual key.",
		);
	}
	if (fault === 'invalidName') {
		throw new ParameterError(
			"A name in 'Extra Headers' is not a valid header name",
			'Use letters, digits and hyphens only, e.g. X-Request-Source.',
		);
	}
	if (fault === 'invalidValue') {
		throw new ParameterError(
			`The value of '${name}' in 'Extra Headers' contains characters that are not allowed in a header`,
			'Use plain characters without line breaks.',
		);
	}
	if (isProjectHeader(name) && !isProject(content)) {
		throw new ParameterError(
			`The value of '${name}' in 'Extra Headers' is not in the form team/project`,
			'Enter the W&B team, a slash, and the project, e.g. my-team/my-project.',
		);
	}
}

function isProject(text: string): boolean {
	try {
		checkedProject(text);
		return true;
	} catch {
		return false;
	}
}
