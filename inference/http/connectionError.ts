import { InferenceError } from '../InferenceError';

interface ConnectionFault {
	codes: RegExp;
	kind: 'connection' | 'certificate';
	message: (host: string) => string;
	advice: string;
}

const checkBaseUrl = "Check 'Base URL' in the credential";

const faults: ConnectionFault[] = [
	{
		codes: /^ECONNREFUSED$/,
		kind: 'connection',
		message: (host) => `The connection to ${host} was refused`,
		advice: `Nothing listens there. ${checkBaseUrl}, and that your gateway is running.`,
	},
	{
		codes: /^(ENOTFOUND|EAI_AGAIN|EAI_NODATA)$/,
		kind: 'connection',
		message: (host) => `The address of ${host} was not found`,
		advice: `${checkBaseUrl} for spelling, and that n8n's machine can resolve names.`,
	},
	{
		codes: /^(ETIMEDOUT|ESOCKETTIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENETDOWN|EHOSTDOWN)$/,
		kind: 'connection',
		message: (host) => `${host} could not be reached`,
		advice: `Check the network, firewall and proxy of n8n's machine. ${checkBaseUrl} too.`,
	},
	{
		codes: /CERT|SSL|TLS|SELF_SIGNED|UNABLE_TO_|ERR_OSSL|EPROTO/,
		kind: 'certificate',
		message: (host) => `The secure connection to ${host} could not be trusted or set up`,
		advice: `${checkBaseUrl} (https or http?) and its certificate. For a private authority set NODE_EXTRA_CA_CERTS on n8n's machine.`,
	},
	{
		codes:
			/^(ECONNRESET|EPIPE|ECONNABORTED|ERR_STREAM_PREMATURE_CLOSE|ERR_BAD_RESPONSE|UND_ERR_SOCKET|HPE_.*)$/,
		kind: 'connection',
		message: (host) => `The connection to ${host} was closed before the answer was complete`,
		advice: 'Run again. If it persists, check the proxy or firewall between n8n and the service.',
	},
];

/**
 * The error for a request that got no answer, or lost it on the way, by the cause's error code.
 * The original error is not kept: it carries the request with its key and prompt.
 */
export function connectionError(error: unknown, baseUrl: string): InferenceError {
	if (error instanceof InferenceError) return error;
	const host = hostOf(baseUrl);
	const code = codeOf(error);
	if (isMissingCredential(error)) {
		return new InferenceError('The node has no W&B Inference API credential', {
			kind: 'credential',
			advice: "Choose or create one in the node's 'Credential to connect with' field.",
		});
	}
	const fault = faults.find(({ codes }) => codes.test(code));
	if (fault) {
		return new InferenceError(fault.message(host), {
			kind: fault.kind,
			advice: `${fault.advice} (${code})`,
		});
	}
	return new InferenceError(`The request to ${host} could not be completed`, {
		kind: 'connection',
		advice: `${checkBaseUrl}, and the outbound rules of this n8n.${code === '' ? '' : ` (${code})`}`,
	});
}

/** Nothing arrived for the time that 'Timeout' allows. */
export function silenceError(timeoutMs: number): InferenceError {
	const seconds = timeoutMs / 1000;
	const time = `${seconds} ${seconds === 1 ? 'second' : 'seconds'}`;
	return new InferenceError(`The service sent nothing for ${time}`, {
		kind: 'timeout',
		advice:
			"Raise 'Timeout' in Options. Reasoning models can think for minutes before they answer: leave 'Stream' on, so that every piece of text counts as a sign of life.",
	});
}

function hostOf(baseUrl: string): string {
	return URL.canParse(baseUrl) ? new URL(baseUrl).host : 'the service';
}

/** n8n wraps the cause once or twice; the innermost code is the one that says something. */
function codeOf(error: unknown): string {
	let found = '';
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
