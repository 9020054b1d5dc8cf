import { InferenceError, type InferenceErrorFacts } from '../InferenceError';

interface ConnectionFailure extends Pick<InferenceErrorFacts, 'kind' | 'reason'> {
	codes: RegExp;
	message: (host: string) => string;
}

const failures: ConnectionFailure[] = [
	{
		codes: /^ECONNREFUSED$/,
		kind: 'connection',
		reason: 'refused',
		message: (host) => `The connection to ${host} was refused`,
	},
	{
		codes: /^(ENOTFOUND|EAI_AGAIN|EAI_NODATA)$/,
		kind: 'connection',
		reason: 'unknownHost',
		message: (host) => `The address of ${host} was not found`,
	},
	{
		codes: /^(ETIMEDOUT|ESOCKETTIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENETDOWN|EHOSTDOWN)$/,
		kind: 'connection',
		reason: 'unreachable',
		message: (host) => `${host} could not be reached`,
	},
	{
		codes: /CERT|SSL|TLS|SELF_SIGNED|UNABLE_TO_|ERR_OSSL|EPROTO/,
		kind: 'certificate',
		message: (host) => `A secure connection to ${host} could not be established`,
	},
	{
		codes:
			/^(ECONNRESET|EPIPE|ECONNABORTED|ERR_STREAM_PREMATURE_CLOSE|ERR_BAD_RESPONSE|UND_ERR_SOCKET|HPE_.*)$/,
		kind: 'connection',
		reason: 'closed',
		message: (host) => `The connection to ${host} was closed before the response was complete`,
	},
];

/**
 * The error for a request that got no response or only a part of it, by the cause's error code.
 * The original error is dropped because it carries the request with its key and prompt.
 */
export function connectionError(error: unknown, baseUrl: string): InferenceError {
	if (error instanceof InferenceError) return error;
	if (isMissingCredential(error)) {
		return new InferenceError('The node has no W&B Inference API credential', {
			kind: 'credential',
			reason: 'noCredential',
		});
	}
	const host = hostOf(baseUrl);
	const code = codeOf(error);
	const failure = failures.find(({ codes }) => code !== undefined && codes.test(code));
	const { kind, reason } = failure ?? { kind: 'connection' };
	const message = failure?.message(host) ?? `The request to ${host} could not be completed`;
	return new InferenceError(message, { kind, reason, code });
}

/** The error for an address that accepts no connection, for which n8n reports none. */
export function unreachableError(baseUrl: string): InferenceError {
	const message = `${hostOf(baseUrl)} could not be reached`;
	return new InferenceError(message, { kind: 'connection', reason: 'unreachable' });
}

/** The error for a request that received nothing for as long as its timeout. */
export function silenceError(timeoutMs: number): InferenceError {
	const seconds = timeoutMs / 1000;
	const time = `${seconds} ${seconds === 1 ? 'second' : 'seconds'}`;
	return new InferenceError(`The service sent nothing for ${time}`, { kind: 'timeout' });
}

function hostOf(baseUrl: string): string {
	return URL.canParse(baseUrl) ? new URL(baseUrl).host : 'the service';
}

/** n8n wraps the cause once or twice; the innermost code is the meaningful one. */
function codeOf(error: unknown): string | undefined {
	let found: string | undefined;
	let current = error;
	for (let depth = 0; depth < 4 && typeof current === 'object' && current !== null; depth += 1) {
		const { code, cause } = current as { code?: unknown; cause?: unknown };
		if (typeof code === 'string') found = code;
		current = cause;
	}
	return found;
}

function isMissingCredential(error: unknown): boolean {
	return (
		error instanceof Error &&
		/credentials? (of type|with|.*not)|does not have any credentials/i.test(error.message)
	);
}
