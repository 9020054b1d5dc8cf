import type { IDataObject, INodeProperties, JsonObject } from 'n8n-workflow';
import { toModelId } from '../../inference/chatRequest';
import { checkedProject } from '../../inference/http/connection';
import { parameterError } from '../../inference/InferenceError';
import { requestParameters, type RequestParameter } from './requestParameters';
import {
	isUnset,
	readBoolean,
	readJsonObject,
	readSeconds,
	readText,
	readTexts,
} from './readValue';

/** The 'Options' of one item, checked and in the client's terms. */
export interface RequestOptions {
	/** Body fields under their wire names. */
	fields: JsonObject;
	extraBody: JsonObject;
	extraHeaders: Record<string, string>;
	fallbackModels: string[];
	stream: boolean;
	timeoutMs: number;
}

const defaultTimeoutSeconds = 300;

/** The 'Options' collection as one of the nodes shows it. */
export function optionsField(node: 'chat' | 'agent'): INodeProperties {
	return {
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add Option',
		default: {},
		options: parametersOf(node).map(({ property }) => property),
	};
}

/** Reads what a person set in 'Options'; what they left unset does not come out. */
export function readRequestOptions(values: IDataObject, node: 'chat' | 'agent'): RequestOptions {
	const fields: JsonObject = {};
	for (const { property, wire } of parametersOf(node)) {
		if (!wire || !(property.name in values)) continue;
		const encoded = wire.encode(values[property.name], property.displayName);
		if (encoded !== undefined) fields[wire.name] = encoded;
	}
	return {
		fields,
		extraBody: readJsonObject(values.extraBody, 'Extra Body') ?? {},
		extraHeaders: readExtraHeaders(values.extraHeaders),
		fallbackModels: (readTexts(values.fallbackModels) ?? [])
			.map(toModelId)
			.filter((model) => model !== ''),
		stream: readBoolean(values.stream, 'Stream') ?? true,
		timeoutMs: readSeconds(values.timeout, 'Timeout', defaultTimeoutSeconds) * 1000,
	};
}

function parametersOf(node: 'chat' | 'agent'): RequestParameter[] {
	return requestParameters.filter(({ shownBy }) => node === 'chat' || shownBy === 'both');
}

/** What the client itself decides; another value would break the request or leak the key. */
const reservedHeaders =
	/^(authorization|proxy-authorization|host|connection|content-length|content-type|transfer-encoding|accept)$/i;

function readExtraHeaders(value: unknown): Record<string, string> {
	const headers: Record<string, string> = {};
	for (const row of headerRows(value)) {
		const { name: givenName, value: givenValue } = (row ?? {}) as IDataObject;
		const name = (readText(givenName) ?? '').trim();
		const content = (readText(givenValue) ?? '').trim();
		if (name === '' && content === '') continue;
		checkHeader(name, content);
		headers[name] = content;
	}
	return headers;
}

/** An expression in place of the whole field may deliver anything. */
function headerRows(value: unknown): unknown[] {
	if (isUnset(value)) return [];
	const rows = Array.isArray(value) ? value : (value as IDataObject).values;
	if (isUnset(rows)) return [];
	if (Array.isArray(rows)) return rows;
	throw parameterError(
		"'Extra Headers' is not a list of headers",
		"Add headers one by one, or give {{ { values: [{ name: 'X-Team', value: 'blue' }] } }}.",
	);
}

function checkHeader(name: string, content: string): void {
	if (reservedHeaders.test(name)) {
		throw parameterError(
			`The header '${name}' in 'Extra Headers' cannot be replaced`,
			"Remove it. The key comes from the credential, which also accepts a gateway's virtual key.",
		);
	}
	if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) {
		throw parameterError(
			"A name in 'Extra Headers' is not a header name",
			'Use letters, digits and hyphens only, e.g. X-Request-Source.',
		);
	}
	if (!/^[\t\x20-\x7e]*$/.test(content)) {
		throw parameterError(
			`The value of '${name}' in 'Extra Headers' holds characters that a header cannot carry`,
			'Use plain characters without line breaks.',
		);
	}
	if (/^openai-project$/i.test(name)) checkedProject(content);
}
