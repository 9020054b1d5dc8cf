import { createHash } from 'crypto';
import type { FunctionsBase } from 'n8n-workflow';
import { InferenceError } from '../InferenceError';

/** The n8n name of the credential type; the class in `credentials/` carries the same. */
export const credentialName = 'wandbInferenceApi';

/** Where requests go and on whose account. */
export interface Connection {
	/** Without a trailing slash. */
	baseUrl: string;
	/** `team/project`, when the credential names one. */
	project?: string;
	/** What must never show in a message. */
	apiKey: string;
}

/** Reads and checks the node's credential; anything wrong is said before a request is sent. */
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
 * Names the account whose concurrency is shared without giving the key away: a hash for each pair
 * of base URL and project, or key.
 */
export function accountOf(baseUrl: string, projectOrKey: string): string {
	return createHash('sha256').update(`${baseUrl}\n${projectOrKey}`).digest('hex');
}

/** `undefined` when empty; the text without surrounding blanks when it reads `team/project`. */
export function checkedProject(value: unknown): string | undefined {
	const project = typeof value === 'string' ? value.trim() : '';
	if (project === '') return undefined;
	if (!/^[\x21-\x2e\x30-\x7e]+\/[\x21-\x2e\x30-\x7e]+$/.test(project)) {
		throw credentialError(
			"'Project' in the credential is not of the form team/project",
			'Write the W&B team, a slash and the project, e.g. my-team/my-project, in plain characters without spaces. Leave it empty for your default project.',
		);
	}
	return project;
}

function checkedBaseUrl(value: unknown): string {
	const text = typeof value === 'string' ? value.trim() : '';
	const url = URL.canParse(text) ? new URL(text) : undefined;
	const isPlain = /^[\x21-\x7e]+$/.test(text);
	if (!isPlain || url === undefined || !['http:', 'https:'].includes(url.protocol)) {
		throw credentialError(
			"'Base URL' in the credential is not a web address",
			'Use https://api.inference.wandb.ai/v1, or the address of your gateway including its path, e.g. http://localhost:4000/v1.',
		);
	}
	// A name there would travel in place of the key.
	if (url.username + url.password + url.search + url.hash !== '') {
		throw credentialError(
			"'Base URL' in the credential holds more than an address and its path",
			"Remove the user name and password before '@', and all from '?' or '#' on.",
		);
	}
	return text.replace(/\/+$/, '');
}

function checkedApiKey(value: unknown): string {
	const key = typeof value === 'string' ? value.trim() : '';
	if (key === '') {
		throw credentialError(
			"'API Key' in the credential is empty",
			'Create a key at wandb.ai/authorize and paste it into the credential.',
		);
	}
	if (!/^[\x21-\x7e]+$/.test(key)) {
		throw credentialError(
			"'API Key' in the credential holds characters that no key has",
			'Copy the key again: it is one word of plain letters and digits.',
		);
	}
	return key;
}

function credentialError(message: string, advice: string): InferenceError {
	return new InferenceError(message, { kind: 'credential', advice });
}
