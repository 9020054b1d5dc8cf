/* eslint-disable @n8n/community-nodes/no-restricted-imports -- not shipped: runs outside n8n */
import type { IncomingHttpHeaders } from 'node:http';

import { ApiError, tooManyRequests } from './apiError';
import type { SimulatorSettings } from './simulatorOptions';

/** Who asks. */
export interface Caller {
	project?: string;
	/** What concurrency and the prefix cache are counted by: the project, or the key without one. */
	scope: string;
}

const projectPattern = /^[^/\s]+\/[^/\s]+$/;

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

/** The caller, or an `ApiError` for a key, region or project that may not use the service. */
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

/** Throws the `ApiError` of an account that may list models but not chat. */
export function checkAccount(headers: IncomingHttpHeaders, settings: SimulatorSettings): void {
	const key = readKey(headers);
	if (settings.exhaustedApiKeys.includes(key)) throw new ApiError(402);
	if (settings.personalApiKeys.includes(key) && headers['openai-project'] === undefined) {
		throw tooManyRequests('personalAccount');
	}
}
