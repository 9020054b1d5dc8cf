import { createHash } from 'crypto';
import type { FunctionsBase, ICredentialDataDecryptedObject } from 'n8n-workflow';
import { InferenceError, type InferenceErrorReason } from '../InferenceError';
import { isJsonObject, parseJson } from '../json';
import { headerFault } from './headerFault';

/** n8n's name for the credential type, the same as in its class in `credentials/`. */
export const credentialName = 'wandbInferenceApi';

/** W&B's own service for what surrounds inference, such as the public catalog of models. */
export const defaultWeaveUrl = 'https://trace.wandb.ai';

/** Where requests go, and for which account. */
export interface Connection {
	/** Without a trailing slash. */
	baseUrl: string;
	/** `team/project`, if the credential has one. */
	project?: string;
	/** Without a trailing slash; `undefined` to do without this service. */
	weaveUrl?: string;
	/** Must never appear in a message. */
	apiKey: string;
	/** Sent with every request, e.g. because a gateway needs them. */
	headers?: Record<string, string>;
}

/** Reads and checks the node's credential; throws an `InferenceError` if it cannot work. */
export async function readConnection(
	context: Pick<FunctionsBase, 'getCredentials'>,
): Promise<Connection> {
	return toConnection(await context.getCredentials(credentialName));
}

/**
 * The connection that the fields of a credential describe; throws an `InferenceError` if it cannot
 * work. The nodes and the credential's own test both use it, so they accept the same.
 */
export function toConnection(fields: ICredentialDataDecryptedObject): Connection {
	const baseUrl = checkedAddress(fields.baseUrl, 'base URL', 'baseUrlInvalid');
	const apiKey = checkedApiKey(fields.apiKey);
	const project = checkedProject(fields.project, baseUrl);
	const weaveUrl = checkedWeaveUrl(fields.weaveUrl);
	const headers = checkedHeaders(fields.headers);
	return { baseUrl, project, weaveUrl, apiKey, ...(headers ? { headers } : {}) };
}

/**
 * Identifies the account that shares a concurrency limit, without revealing the key: a hash of the
 * base URL and of the project, or of the key if there is no project.
 */
export function accountId(baseUrl: string, projectOrKey: string): string {
	return createHash('sha256').update(`${baseUrl}\n${projectOrKey}`).digest('hex');
}

/**
 * The project without blanks around its parts, or `undefined` if empty. Throws if it is not in the
 * form `team/project`. A gateway, or a base URL that is not known, may also use OpenAI's IDs.
 */
export function checkedProject(value: unknown, baseUrl?: string): string | undefined {
	const text = typeof value === 'string' ? value.trim() : '';
	if (text === '') return undefined;
	if (/^proj_[\w-]+$/.test(text) && !isWandb(baseUrl)) return text;
	const parts = text.split('/').map((part) => part.trim());
	if (parts.length !== 2 || parts.includes('')) throw projectError('');
	const project = parts.join('/');
	const [invalid] = invalidInProject.exec(project) ?? [];
	if (invalid === undefined) return project;
	throw projectError(
		/[\p{C}\p{Z}]/u.test(invalid)
			? ': it contains a line break or another invisible character'
			: `: it contains '${invalid}'`,
	);
}

/**
 * What W&B's SDK does not allow in names, and what is not ASCII: Node.js refuses to send most of it
 * in a header, and sends the rest, such as é, as Latin-1, which services may read as something else.
 */
const invalidInProject = /[\\#?%:]|[^\x20-\x7e]/u;

/** Whether an address is one of W&B's own services, for which the keys of W&B are meant. */
export function isWandb(address: string | undefined): boolean {
	return address !== undefined && /(^|\.)wandb\.ai\.?$/.test(new URL(address).hostname);
}

/** The project in headers, which replaces the one in the credential's field. */
export function projectIn(headers: Record<string, string> = {}): string | undefined {
	return Object.entries(headers).find(([name]) => isProjectHeader(name))?.[1];
}

export function isProjectHeader(name: string): boolean {
	return name.toLowerCase() === 'openai-project';
}

function projectError(detail: string): InferenceError {
	return credentialError('projectInvalid', `The project is not in the form team/project${detail}`);
}

/** Credentials saved before the field existed have the default; an empty field turns it off. */
function checkedWeaveUrl(value: unknown = defaultWeaveUrl): string | undefined {
	if (typeof value === 'string' && value.trim() === '') return undefined;
	return checkedAddress(value, 'Weave address', 'weaveUrlInvalid');
}

function checkedAddress(
	value: unknown,
	name: string,
	reasonIfInvalid: InferenceErrorReason,
): string {
	const text = typeof value === 'string' ? value.trim() : '';
	const url = URL.canParse(text) ? new URL(text) : undefined;
	const isPlain = /^[\x21-\x7e]+$/.test(text);
	if (!isPlain || url === undefined || !['http:', 'https:'].includes(url.protocol)) {
		throw credentialError(
			reasonIfInvalid,
			`The ${name} in the credential is not a valid web address`,
		);
	}
	// Credentials in the URL would replace the Authorization header.
	if (url.username + url.password + url.search + url.hash !== '') {
		throw credentialError(
			'addressNotPlain',
			`The ${name} in the credential must contain only an address and a path`,
		);
	}
	return text.replace(/\/+$/, '');
}

function checkedApiKey(value: unknown): string {
	const text = typeof value === 'string' ? value.trim() : '';
	const key = text.replace(/^bearer(\s+|$)/i, '');
	if (key === '') throw credentialError('apiKeyEmpty', 'The API key in the credential is empty');
	if (!/^[\x21-\x7e]+$/.test(key)) {
		throw credentialError(
			'apiKeyInvalid',
			'The API key in the credential contains invalid characters, such as a space or a line break',
		);
	}
	return key;
}

/** A JSON object of headers, as text or as a value. */
function checkedHeaders(value: unknown): Record<string, string> | undefined {
	const text = typeof value === 'string' ? value.trim() : '';
	const headers = typeof value === 'string' ? (text === '' ? {} : parseJson(text)) : (value ?? {});
	if (!isJsonObject(headers)) {
		throw credentialError('headersInvalid', 'The headers in the credential are not a JSON object');
	}
	const entries = Object.entries(headers);
	if (entries.length === 0) return undefined;
	return Object.fromEntries(
		entries.map(([name, content]) => {
			if (headerFault(name, String(content)) === undefined) return [name, String(content)];
			throw credentialError(
				'headersInvalid',
				'The headers in the credential contain a header that cannot be sent',
			);
		}),
	);
}

function credentialError(reason: InferenceErrorReason, message: string): InferenceError {
	return new InferenceError(message, { kind: 'credential', reason });
}
