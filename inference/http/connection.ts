import { createHash } from 'crypto';
import type { FunctionsBase } from 'n8n-workflow';
import { InferenceError, type InferenceErrorReason } from '../InferenceError';

/** n8n's name for the credential type, the same as in its class in `credentials/`. */
export const credentialName = 'wandbInferenceApi';

/** Where requests go, and for which account. */
export interface Connection {
	/** Without a trailing slash. */
	baseUrl: string;
	/** `team/project`, if the credential has one. */
	project?: string;
	/** Must never appear in a message. */
	apiKey: string;
}

/** Reads and checks the node's credential; throws an `InferenceError` if it cannot work. */
export async function readConnection(
	context: Pick<FunctionsBase, 'getCredentials'>,
): Promise<Connection> {
	const credential = await context.getCredentials(credentialName);
	const baseUrl = checkedBaseUrl(credential.baseUrl);
	const apiKey = checkedApiKey(credential.apiKey);
	const project = checkedProject(credential.project);
	return { baseUrl, project, apiKey };
}

/**
 * Identifies the account that shares a concurrency limit, without revealing the key: a hash of the
 * base URL and of the project, or of the key if there is no project.
 */
export function accountId(baseUrl: string, projectOrKey: string): string {
	return createHash('sha256').update(`${baseUrl}\n${projectOrKey}`).digest('hex');
}

/** The trimmed `team/project`, or `undefined` if empty. Throws if it has another format. */
export function checkedProject(value: unknown): string | undefined {
	const project = typeof value === 'string' ? value.trim() : '';
	if (project === '') return undefined;
	if (!/^[\x21-\x2e\x30-\x7e]+\/[\x21-\x2e\x30-\x7e]+$/.test(project)) {
		throw credentialError('projectInvalid', 'The project is not in the form team/project');
	}
	return project;
}

function checkedBaseUrl(value: unknown): string {
	const text = typeof value === 'string' ? value.trim() : '';
	const url = URL.canParse(text) ? new URL(text) : undefined;
	const isPlain = /^[\x21-\x7e]+$/.test(text);
	if (!isPlain || url === undefined || !['http:', 'https:'].includes(url.protocol)) {
		throw credentialError(
			'baseUrlInvalid',
			'The base URL in the credential is not a valid web address',
		);
	}
	// Credentials in the URL would replace the Authorization header.
	if (url.username + url.password + url.search + url.hash !== '') {
		throw credentialError(
			'baseUrlNotPlain',
			'The base URL in the credential must contain only an address and a path',
		);
	}
	return text.replace(/\/+$/, '');
}

function checkedApiKey(value: unknown): string {
	const key = typeof value === 'string' ? value.trim() : '';
	if (key === '') throw credentialError('apiKeyEmpty', 'The API key in the credential is empty');
	if (!/^[\x21-\x7e]+$/.test(key)) {
		throw credentialError(
			'apiKeyInvalid',
			'The API key in the credential contains invalid characters',
		);
	}
	return key;
}

function credentialError(reason: InferenceErrorReason, message: string): InferenceError {
	return new InferenceError(message, { kind: 'credential', reason });
}
