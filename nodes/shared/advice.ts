import type {
	InferenceError,
	InferenceErrorKind,
	InferenceErrorReason,
} from '../../inference/InferenceError';
import { ParameterError } from './ParameterError';
import { requestParameters } from './requestParameters';

/** Which node shows an error. The chat node has fields that the agent's chat model lacks. */
export type NodeKind = 'chat' | 'agent';

/** What the user can do about an error, in the words of the node that shows it. */
export function adviceFor(error: InferenceError, node: NodeKind): string {
	if (error instanceof ParameterError) return error.advice;
	const { kind, reason } = error;
	const advice = (reason && adviceByReason[reason]) ?? adviceByKind[kind];
	const text = typeof advice === 'string' ? advice : advice(error, node);
	const detail = error.code ?? error.contentType;
	return [
		...(error.waitLeftMs === undefined ? [] : [waitAdvice(error, error.waitLeftMs, node)]),
		text,
		...(detail === undefined ? [] : [`(${detail})`]),
	].join(' ');
}

type Advice = string | ((error: InferenceError, node: NodeKind) => string);

const checkBaseUrl = "Check 'Base URL' in the credential";

const adviceByReason: Partial<Record<InferenceErrorReason, Advice>> = {
	apiKeyEmpty: 'Create a key at wandb.ai/authorize and paste it into the credential.',
	apiKeyInvalid:
		'Copy the key again. It contains only letters, digits, _ and -, without spaces or line breaks.',
	baseUrlInvalid:
		'Use https://api.inference.wandb.ai/v1, or the address of your gateway including its path, e.g. http://localhost:4000/v1.',
	addressNotPlain:
		"Remove the user name and password before '@', and everything from '?' or '#' on.",
	projectInvalid:
		'Enter the W&B team, a slash, and the project, e.g. my-team/my-project, in plain characters. Spaces are allowed, but \\ # ? % and : are not. Leave it empty for your default project.',
	weaveUrlInvalid:
		"Use https://trace.wandb.ai, or the address of your dedicated W&B instance with /traces at the end. Or leave 'Weave URL' empty.",
	headersInvalid:
		'Enter the headers as a JSON object of plain text, e.g. {"x-portkey-provider": "openai"}. Authorization and headers such as Content-Type cannot be set.',
	noCredential: "Select or create one in the node's 'Credential to connect with' field.",
	refused: `Nothing is listening at this address. ${checkBaseUrl}, and that your gateway is running.`,
	unknownHost: `${checkBaseUrl} for typos, and that n8n's machine can resolve host names.`,
	unreachable: `Check the network, firewall, and proxy of n8n's machine. ${checkBaseUrl} as well.`,
	closed: 'Run again. If it persists, check the proxy or firewall between n8n and the service.',
	gateway:
		"Run again after a short wait. If you use a proxy as 'Base URL', check that it is running and can reach W&B Inference.",
	blocked: 'Check the firewall, VPN, and proxy between n8n and the service.',
	notEnabled:
		'Ask an admin of your W&B organization to enable it. Until then, every request is refused.',
	modelNotAllowed:
		"Select another model 'From List', or ask the owner of the API key for access to this one.",
	proxyAuthentication:
		"Set the proxy with its user name and password in the environment of n8n's machine, e.g. HTTPS_PROXY=http://user:password@host:port.",
	contextLength: ({ contextWindow }) =>
		(contextWindow === undefined
			? ''
			: `The context window of the model has ${contextWindow.toLocaleString('en-US')} tokens. `) +
		"Shorten the messages, lower 'Max Tokens', or use a model with a larger context, also as one of the 'Fallback Models' in Options.",
	modelRetired: ({ suggestedModels = [] }) =>
		`The model was retired. Select another one 'From List'${suggestedModels.length > 0 ? `, e.g. ${orList(suggestedModels)}` : ''}.`,
	tokenLimit:
		"Increase 'Max Tokens', or ask for a shorter answer. Reasoning counts toward the limit.",
	emptyAnswer:
		"Try another model, or turn off 'Reasoning' in Options. If 'Max Tokens' is set, increase it.",
	notJson:
		"Ask for JSON in the messages, set 'Response Format' to JSON Schema, or try another model.",
	schemaIgnored: "Turn on 'Strict Schema', increase 'Repair Attempts', or try another model.",
	strictSchemaIgnored:
		"The model ignored the schema. Try another model, turn off 'Reasoning' in Options, or increase 'Repair Attempts'.",
};

const adviceByKind: Record<InferenceErrorKind, Advice> = {
	authentication: ({ hasProject }) =>
		hasProject === false
			? 'Check the API key in the credential (find yours at wandb.ai/authorize).'
			: "Check the API key in the credential (find yours at wandb.ai/authorize), and that 'Project' is 'team/project' exactly as spelled in W&B.",
	quota:
		'Buy credits or raise the monthly spending cap in W&B Billing, then run again. Waiting does not help, so this was not retried.',
	personalAccount:
		"Create a team in W&B and set 'Project' in the credential to 'team/project'. Waiting does not help, so this was not retried.",
	region:
		"W&B Inference does not accept requests from your location. See W&B's geographic restrictions.",
	forbidden: ({ hasProject }) =>
		hasProject === false
			? 'Check that the API key in the credential can use this model.'
			: "Check that the API key in the credential can use this model and the project in 'Project'.",
	concurrency: (_, node) =>
		'This W&B project had too many requests running at once. ' +
		(node === 'chat'
			? "Run fewer at once, or lower 'Max Concurrency' in Throughput."
			: "Run fewer executions at once, or add 'Max Concurrency' in Options."),
	rateLimit:
		"The service accepts fewer requests than were sent. Run fewer at once, or increase 'Max Retries'.",
	overloaded:
		"Traffic on this model is high. Run again in one or two minutes, or add 'Fallback Models' in Options.",
	server:
		'Run again after a short wait. If it persists, contact W&B support with the request ID, if there is one.',
	badRequest: ({ status, parameter }, node) =>
		parameter === undefined
			? (badRequestAdvice[status ?? 0] ?? otherBadRequestAdvice)
			: `Correct or remove ${labelOf(parameter, node)}. Not every model accepts every option.`,
	notFound: ({ suggestedModels = [] }) =>
		(suggestedModels.length > 0 ? `Did you mean ${orList(suggestedModels)}? ` : '') +
		"Check the model's spelling (select it 'From List'), and 'Base URL' in the credential, which normally ends in /v1. A fine-tuned model also needs 'Project'.",
	redirect:
		"Redirects are not followed, so that the API key is never sent to another address. Set 'Base URL' in the credential to the final address.",
	connection: `${checkBaseUrl}, and the outbound rules of this n8n instance.`,
	certificate: `${checkBaseUrl} (https or http?) and its certificate. For a private certificate authority, set NODE_EXTRA_CA_CERTS on n8n's machine.`,
	timeout: timeoutAdvice,
	incompleteAnswer:
		'Run again. If it persists, check the proxy or gateway between n8n and the service.',
	invalidAnswer: `${checkBaseUrl}. It must point to an OpenAI-compatible API and normally ends in /v1.`,
	invalidOutput: "Increase 'Repair Attempts', or try another model.",
	refusal: 'Rephrase the messages, or try another model.',
	contentFilter: 'Rephrase the messages, or try another model.',
	budget: ({ attempts }) =>
		(attempts === 0 ? 'Nothing was sent for this item. ' : "'usage' shows what it has used. ") +
		"Increase 'Budget', or process the remaining items in another run.",
	toolRounds:
		"Increase 'Max Tool Rounds', or tell the model in the messages when to stop. 'toolRuns' shows what it called.",
	parameter: 'Check the fields of the node.',
	credential: 'Check the credential of the node.',
	cancelled: 'Run the workflow again to send the remaining requests.',
};

/** What the user can do so that traces are sent although requests go to a gateway. */
export const foreignKeyAdvice =
	"'Base URL' in the credential is not W&B's, so its API key is only sent to that address. Use a credential with a key of W&B and W&B's own 'Base URL', or set 'Weave URL' to the Weave of your own instance. Or turn off 'Trace to Weave' in Options.";

/** What the user can do about traces that did not arrive. */
export function traceAdvice({ kind, status }: InferenceError): string {
	if (status === 413) return 'Shorten the messages, or process fewer items in a run.';
	if (kind === 'authentication') {
		return "Check the API key in the credential (it must be one of W&B, not of a gateway), and that 'Project' is 'team/project' exactly as spelled in W&B.";
	}
	if (status === 400 || status === 422) {
		return "Weave does not accept traces of this form. Update this package, or turn off 'Trace to Weave'.";
	}
	if (status === 402 || status === 403) {
		return "Check that the API key in the credential can write to the project in 'Project'.";
	}
	return "Check 'Weave URL' in the credential, and that n8n's machine can reach it.";
}

function orList(names: string[]): string {
	const last = names.at(-1) ?? '';
	return names.length > 1 ? `${names.slice(0, -1).join(', ')} or ${last}` : last;
}

/** The field of a parameter, if the node has one for it. */
function labelOf(parameter: string, node: NodeKind): string {
	const [name = ''] = parameter.split(/[.[]/);
	const row = requestParameters.find(({ wire }) => wire?.name === name);
	if (!row || (node === 'agent' && row.shownBy !== 'both')) return `'${parameter}'`;
	return `'${row.property.displayName}' in Options`;
}

const badRequestAdvice: Record<number, string> = {
	400: 'Check the parameter that the message names. Not every model accepts every option: remove options until the request works.',
	413: 'Send less text, or fewer or smaller images.',
	422: 'Check the parameter that the message names.',
};

const otherBadRequestAdvice = "Check 'Base URL' in the credential and the options of the node.";

function timeoutAdvice({ status }: InferenceError, node: NodeKind): string {
	if (status === undefined) {
		return "Increase 'Timeout' in Options. Reasoning models can think for minutes before they answer. Leave 'Stream' on, so that each piece of text resets the timeout.";
	}
	return node === 'chat'
		? "Run again. To retry automatically, add '408' to 'Retry On' in Retry Policy."
		: 'Run again.';
}

function waitAdvice({ retryAfterMs = 0 }: InferenceError, leftMs: number, node: NodeKind): string {
	const left = `${Math.floor(leftMs / 1000)} s`;
	const why =
		retryAfterMs > leftMs
			? `The service asked to wait ${Math.ceil(retryAfterMs / 1000)} s, but only ${left} of waiting time is left.`
			: `The next retry would exceed the remaining waiting time (${left}).`;
	const place = node === 'chat' ? 'Retry Policy' : 'Options';
	return `${why} To wait longer, increase 'Max Wait' in ${place}.`;
}
