import { WandbInferenceApi } from '../../../credentials/WandbInferenceApi.credentials';
import { statusError } from '../../../inference/http/statusError';
import {
	InferenceError,
	type InferenceErrorFacts,
	type InferenceErrorKind,
	type InferenceErrorReason,
} from '../../../inference/InferenceError';
import { LmChatWandbInference } from '../../../nodes/LmChatWandbInference/LmChatWandbInference.node';
import { adviceFor, type NodeKind } from '../../../nodes/shared/advice';
import { ParameterError } from '../../../nodes/shared/ParameterError';
import { WandbInferenceChat } from '../../../nodes/WandbInferenceChat/WandbInferenceChat.node';
import { labelsOf } from '../../support/labelsOf';

const adviceOn = (facts: InferenceErrorFacts, node: NodeKind = 'chat') =>
	adviceFor(new InferenceError('It broke', facts), node);

/** What the advice names for each kind, if there is no reason. */
const namedByKind: Record<InferenceErrorKind, string[]> = {
	authentication: ['API key', 'wandb.ai/authorize', "'Project'", 'team/project'],
	quota: ['credits', 'cap', 'W&B Billing', 'not retried'],
	personalAccount: ['Create a team', "'Project'", "'team/project'", 'not retried'],
	region: ['geographic restrictions'],
	forbidden: ['API key', "'Project'"],
	concurrency: ['at once', "'Max Concurrency'", 'Throughput'],
	rateLimit: ['at once', "'Max Retries'"],
	overloaded: ['one or two minutes', "'Fallback Models'"],
	server: ['short wait', 'support', 'request ID'],
	badRequest: ["'Base URL'", 'options'],
	notFound: ["'From List'", "'Base URL'", '/v1', "'Project'"],
	redirect: ['not followed', "'Base URL'", 'final address'],
	connection: ["'Base URL'", 'outbound rules'],
	certificate: ["'Base URL'", 'https or http?', 'certificate', 'NODE_EXTRA_CA_CERTS'],
	timeout: ["'Timeout'", "'Stream'"],
	incompleteAnswer: ['Run again', 'proxy or gateway'],
	invalidAnswer: ["'Base URL'", '/v1'],
	invalidOutput: ["'Repair Attempts'", 'another model'],
	refusal: ['Rephrase', 'another model'],
	contentFilter: ['Rephrase', 'another model'],
	budget: ['Nothing was sent', "'Budget'", 'another run'],
	toolRounds: ["'Max Tool Rounds'", "'toolRuns'"],
	parameter: ['fields'],
	credential: ['credential'],
	cancelled: ['Run the workflow again', 'remaining requests'],
};

/** The kind that a reason belongs to, and what the advice names. */
const namedByReason: Record<InferenceErrorReason, [InferenceErrorKind, string[]]> = {
	apiKeyEmpty: ['credential', ['wandb.ai/authorize', 'credential']],
	apiKeyInvalid: ['credential', ['Copy the key again', 'letters, digits']],
	baseUrlInvalid: ['credential', ['https://api.inference.wandb.ai/v1', 'gateway']],
	addressNotPlain: ['credential', ['user name and password', "'@'", "'?'", "'#'"]],
	projectInvalid: ['credential', ['my-team/my-project', 'default project']],
	weaveUrlInvalid: ['credential', ['https://trace.wandb.ai', "'Weave URL'"]],
	headersInvalid: ['credential', ['JSON object', 'Authorization']],
	noCredential: ['credential', ['Select or create one', "'Credential to connect with'"]],
	refused: ['connection', ["'Base URL'", 'gateway is running']],
	unknownHost: ['connection', ["'Base URL'", 'typos', 'resolve host names']],
	unreachable: ['connection', ["'Base URL'", 'network', 'firewall', 'proxy']],
	closed: ['connection', ['Run again', 'proxy or firewall']],
	gateway: ['server', ['short wait', "'Base URL'", 'is running']],
	blocked: ['forbidden', ['firewall', 'VPN', 'proxy']],
	notEnabled: ['forbidden', ['admin', 'enable it']],
	modelNotAllowed: ['notFound', ["'From List'", 'owner of the API key']],
	modelRetired: ['notFound', ['retired', "'From List'"]],
	proxyAuthentication: ['badRequest', ['user name and password', 'HTTPS_PROXY']],
	contextLength: ['badRequest', ['Shorten', "'Max Tokens'", "'Fallback Models'"]],
	tokenLimit: ['invalidOutput', ["'Max Tokens'", 'shorter answer']],
	emptyAnswer: ['invalidOutput', ['another model', "'Reasoning'", "'Max Tokens'"]],
	notJson: ['invalidOutput', ['Ask for JSON', "'Response Format'", 'another model']],
	schemaIgnored: ['invalidOutput', ["'Strict Schema'", "'Repair Attempts'", 'another model']],
	strictSchemaIgnored: ['invalidOutput', ['another model', "'Reasoning'", "'Repair Attempts'"]],
};

describe('the advice for each error', () => {
	test.each(Object.entries(namedByKind))('of the kind %s names %j', (kind, names) => {
		const advice = adviceOn({ kind: kind as InferenceErrorKind });
		for (const name of names) expect(advice).toContain(name);
	});

	test.each(Object.entries(namedByReason))('with the reason %s names %j', (reason, expected) => {
		const [kind, names] = expected;
		const advice = adviceOn({ kind, reason: reason as InferenceErrorReason });
		for (const name of names) expect(advice).toContain(name);
	});

	test.each<[number, string[]]>([
		[400, ['parameter that the message names', 'remove options']],
		[413, ['less text', 'images']],
		[418, ["'Base URL'", 'options']],
		[422, ['parameter that the message names']],
	])('of a bad request depends on its status %i', (status, names) => {
		const advice = adviceOn({ kind: 'badRequest', status });
		for (const name of names) expect(advice).toContain(name);
	});

	test('of a 408 names the retry that the chat node offers', () => {
		const advice = adviceFor(statusError({ status: 408 }), 'chat');
		for (const name of ['Run again', "'408'", "'Retry On'", 'Retry Policy']) {
			expect(advice).toContain(name);
		}
		expect(advice).not.toContain("'Timeout'");
	});

	test('in a field is the advice of that field', () => {
		const error = new ParameterError('What', 'Do');
		expect(error).toMatchObject({
			name: 'InferenceError',
			kind: 'parameter',
			message: 'What',
			advice: 'Do',
		});
		expect(adviceFor(error, 'chat')).toBe('Do');
		expect(adviceFor(error, 'agent')).toBe('Do');
	});
});

describe('what the advice names', () => {
	test.each([
		[['a/b'], 'Did you mean a/b? '],
		[['a/b', 'c/d', 'e/f'], 'Did you mean a/b, c/d or e/f? '],
	])('suggests the models %j', (suggestedModels, expected) => {
		expect(adviceOn({ kind: 'notFound', suggestedModels }).startsWith(expected)).toBe(true);
	});

	test.each<[string, NodeKind, string]>([
		['temperature', 'chat', "'Temperature' in Options"],
		['temperature', 'agent', "'Temperature' in Options"],
		['n', 'chat', "'Number of Choices' in Options"],
		['n', 'agent', "'n'"],
		['top_k', 'chat', "'top_k'"],
	])('calls the parameter %s in the %s node %s', (parameter, node, label) => {
		const advice = adviceOn({ kind: 'badRequest', parameter }, node);
		expect(advice).toContain(`Correct or remove ${label}.`);
	});
});

describe('what surrounds the advice', () => {
	const text = adviceOn({ kind: 'overloaded' });
	const waitLonger = "To wait longer, increase 'Max Wait' in Retry Policy.";

	test.each([
		['the code of the connection', { code: 'ECONNRESET' }, '(ECONNRESET)'],
		['the content type of the response', { contentType: 'text/html' }, '(text/html)'],
	])('ends with %s', (_, facts, expected) => {
		expect(adviceOn({ kind: 'overloaded', ...facts })).toBe(`${text} ${expected}`);
	});

	test.each<[string, Partial<InferenceErrorFacts>, RegExp]>([
		[
			'the time that the service asked for, if it is too long',
			{ retryAfterMs: 20_001, waitLeftMs: 9_999 },
			/^The service asked to wait 21 s, but only 9 s of waiting time \w+ left\. /,
		],
		[
			'the time that is left, if the next retry would exceed it',
			{ waitLeftMs: 1_500 },
			/^The next retry would exceed the remaining waiting time \(1 s\)\. /,
		],
		[
			'the time that is left, if the service asked for exactly that',
			{ retryAfterMs: 1_500, waitLeftMs: 1_500 },
			/^The next retry would exceed the remaining waiting time \(1 s\)\. /,
		],
		[
			'the time that is left, even if it is 0',
			{ waitLeftMs: 0 },
			/^The next retry would exceed the remaining waiting time \(0 s\)\. /,
		],
	])('begins with %s', (_, facts, expected) => {
		const inChat = adviceOn({ kind: 'overloaded', ...facts });
		expect(inChat).toMatch(expected);
		expect(inChat.replace(expected, '')).toBe(`${waitLonger} ${text}`);
		const inAgent = adviceOn({ kind: 'overloaded', ...facts }, 'agent');
		expect(inAgent).toMatch(expected);
		expect(inAgent.replace(expected, '')).toBe(
			`To wait longer, increase 'Max Wait' in Options. ${text}`,
		);
	});

	test('does not mention a wait if there was none', () => {
		expect(adviceOn({ kind: 'overloaded', retryAfterMs: 20_000 })).toBe(text);
	});
});

const labelsOfNode: Record<NodeKind, string[]> = {
	chat: labelsOf(new WandbInferenceChat().description.properties),
	agent: labelsOf(new LmChatWandbInference().description.properties),
};
const otherLabels = [...labelsOf(new WandbInferenceApi().properties), 'Credential to connect with'];

const kinds = Object.keys(namedByKind) as InferenceErrorKind[];
const statuses = [undefined, 400, 408, 413, 418, 422, 429, 500, 503];

/** Every advice of a node, for each combination of facts that it depends on. */
function allAdvice(node: NodeKind): string[] {
	const withoutReason = kinds.map((kind) => ({ kind }));
	const withReason = Object.entries(namedByReason).map(([reason, [kind]]) => ({
		kind,
		reason: reason as InferenceErrorReason,
	}));
	const facts: InferenceErrorFacts[] = [...withoutReason, ...withReason]
		// Only the chat node checks answers and has a budget.
		.filter(
			({ kind }) =>
				node === 'chat' ||
				!['invalidOutput', 'refusal', 'contentFilter', 'budget', 'toolRounds'].includes(kind),
		)
		.flatMap((cause) => statuses.map((status) => ({ ...cause, status })))
		.flatMap((cause) => [
			cause,
			{ ...cause, waitLeftMs: 5_000 },
			{ ...cause, waitLeftMs: 5_000, retryAfterMs: 60_000 },
		]);
	return facts.map((cause) => adviceOn(cause, node));
}

describe.each<NodeKind>(['chat', 'agent'])('the advice of the %s node', (node) => {
	test('is never empty', () => {
		expect(allAdvice(node)).not.toContain('');
	});

	test('only names fields that the user sees', () => {
		const quoted = allAdvice(node).flatMap((advice) =>
			[...advice.matchAll(/'([A-Z][\w ]*)'/g)].map(([, label]) => label),
		);
		expect(quoted).toContain('Base URL');
		expect([...labelsOfNode[node], ...otherLabels]).toEqual(expect.arrayContaining(quoted));
	});
});

describe('the advice of the agent node', () => {
	test.each(['Retry Policy', 'Retry On', 'Throughput'])(
		'never names %s, which only the chat node has',
		(label) => {
			expect(labelsOfNode.chat).toContain(label);
			expect(labelsOfNode.agent).not.toContain(label);
			expect(allAdvice('agent').filter((advice) => advice.includes(label))).toEqual([]);
		},
	);

	test('says what the agent can do instead', () => {
		expect(adviceOn({ kind: 'concurrency' }, 'agent')).toContain(
			"Run fewer executions at once, or add 'Max Concurrency' in Options.",
		);
		expect(adviceFor(statusError({ status: 408 }), 'agent')).toBe('Run again.');
	});
});
