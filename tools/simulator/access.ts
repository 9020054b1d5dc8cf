/* eslint-disable @n8n/community-nodes/no-restricted-imports -- not shipped: runs outside n8n */
import type { IncomingHttpHeaders } from 'node:http';
import { ApiError, tooManyRequests } from './apiError';
import type { SimulatorSettings } from './simulatorOptions';

/** Who sent a request. */
export interface Caller {
	project?: string;
	/** Scope of concurrency limit and prefix cache: the project, or the key if there is none. */
	scope: string;
}

/** Names of teams and projects may contain spaces. */
const projectPattern = /^[^/\\#?%:]+\/[^/\\#?%:]+$/;

/** Throws an `ApiError` if the key, region, or project may not use the service. */
export function readCaller(headers: IncomingHttpHeaders, settings: SimulatorSettings): Caller {
	const key = readKey(headers);
	if (settings.blockedRegionApiKeys.includes(key)) throw new ApiError(403);
	const { apiKeys, personalApiKeys, exhaustedApiKeys } = settings;
	if (![apiKeys, personalApiKeys, exhaustedApiKeys].some((keys) => keys.includes(key))) {
		throw new ApiError(401);
	}
	const project = readProject(headers, settings);
	if (project === undefined) return { scope: `key ${key}` };
	return { project, scope: `project ${project}` };
}

/** Throws an `ApiError` if the account can list models but not chat. */
export function checkAccount(headers: IncomingHttpHeaders, settings: SimulatorSettings): void {
	const key = readKey(headers);
	if (settings.exhaustedApiKeys.includes(key)) throw new ApiError(402);
	if (settings.personalApiKeys.includes(key) && headers['openai-project'] === undefined) {
		throw tooManyRequests('personalAccount');
	}
}

/** Throws an `ApiError` if Weave does not know the key, which is the password of the user `api`. */
export function checkWeaveKey(headers: IncomingHttpHeaders, settings: SimulatorSettings): void {
	const [, encoded = ''] = /^Basic +(\S+)$/i.exec(headers.authorization ?? '') ?? [];
	const [user, key = ''] = Buffer.from(encoded, 'base64').toString().split(/:(.*)/s);
	if (user !== 'api' || !settings.apiKeys.includes(key)) throw new ApiError(401);
}

function readKey(headers: IncomingHttpHeaders): string {
	const match = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '');
	if (match?.[1] === undefined) throw new ApiError(401);
	return match[1];
}

function readProject(
	headers: IncomingHttpHeaders,
	settings: SimulatorSettings,
): string | undefined {
	const header = headers['openai-project'];
	if (header === undefined) return undefined;
	if (typeof header !== 'string' || !projectPattern.test(header)) throw new ApiError(401);
	if (settings.projects !== undefined && !settings.projects.includes(header)) {
		throw new ApiError(401);
	}
	return header;
}
