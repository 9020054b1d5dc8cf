import type { FunctionsBase } from 'n8n-workflow';
import {
	accountId,
	checkedProject,
	credentialName,
	readConnection,
	toConnection,
} from '../../../inference/http/connection';
import { connectionError, silenceError } from '../../../inference/http/connectionError';
import { cancelledError, type InferenceErrorReason } from '../../../inference/InferenceError';
import { failureOf } from '../../support/cannedResponse';

const pastedText = 'wandb-key-0123456789';

const filled = {
	apiKey: pastedText,
	project: 'team/project',
	baseUrl: 'https://api.inference.wandb.ai/v1',
	weaveUrl: 'https://trace.wandb.ai',
};

/** What n8n passes to a node whose credential has these fields. */
const credential = (fields: object): Pick<FunctionsBase, 'getCredentials'> => ({
	getCredentials: async <Credential extends object>(name: string) => {
		expect(name).toBe(credentialName);
		return await Promise.resolve({ ...filled, ...fields } as Credential);
	},
});

describe('readConnection', () => {
	test('returns the API key, project, and base URL', async () => {
		expect(await readConnection(credential({}))).toEqual(filled);
	});

	test.each([
		['a trailing slash', { baseUrl: 'http://localhost:4000/v1/' }, 'http://localhost:4000/v1'],
		['several slashes', { baseUrl: 'http://localhost:4000//' }, 'http://localhost:4000'],
		['spaces around it', { baseUrl: ' http://localhost:4000/v1 ' }, 'http://localhost:4000/v1'],
	])('accepts a base URL with %s', async (_, fields, baseUrl) => {
		expect((await readConnection(credential(fields))).baseUrl).toBe(baseUrl);
	});

	test.each([
		['the default, from before the field existed', undefined, 'https://trace.wandb.ai'],
		['another address', ' http://localhost:8080/weave// ', 'http://localhost:8080/weave'],
		['none if the field is empty', '', undefined],
		['none if the field is blank', '  ', undefined],
	])('returns as Weave address %s', async (_, weaveUrl, expected) => {
		expect((await readConnection(credential({ weaveUrl }))).weaveUrl).toBe(expected);
	});

	test('accepts a key with whitespace around it', async () => {
		const { apiKey } = await readConnection(credential({ apiKey: ' abc\n' }));
		expect(apiKey).toBe('abc');
	});

	test.each(['Bearer abc', 'bearer  abc', ' Bearer\tabc\n'])(
		'accepts a key pasted as %j, without the prefix',
		async (apiKey) => {
			expect((await readConnection(credential({ apiKey }))).apiKey).toBe('abc');
		},
	);

	test.each(['my team/my project', "Team & Sons/it's (new)!", 'a/b.c_d~$@'])(
		'accepts the project %j, which W&B allows',
		async (project) => {
			expect((await readConnection(credential({ project }))).project).toBe(project);
		},
	);

	test('removes the blanks around the team and the project', async () => {
		const fields = { project: ' my team / my project\n' };
		expect((await readConnection(credential(fields))).project).toBe('my team/my project');
	});

	test("accepts an OpenAI project ID unless the base URL is W&B's", async () => {
		const project = 'proj_abc-123_DEF';
		const gateway = { project, baseUrl: 'https://wandb.ai.example.com/v1' };
		expect((await readConnection(credential(gateway))).project).toBe(project);
		expect(checkedProject(project)).toBe(project);
		expect((await failureOf(readConnection(credential({ project })))).message).toBe(
			'The project is not in the form team/project',
		);
	});

	test.each<[string, object, InferenceErrorReason, string]>([
		['an empty key', { apiKey: ' ' }, 'apiKeyEmpty', 'API key'],
		['no key', { apiKey: undefined }, 'apiKeyEmpty', 'API key'],
		['a key with a line break inside', { apiKey: 'abc\r\nX-Evil: 1' }, 'apiKeyInvalid', 'API key'],
		['a key with a space inside', { apiKey: 'abc def' }, 'apiKeyInvalid', 'API key'],
		['a key with a zero-width space', { apiKey: 'abc\u200bdef' }, 'apiKeyInvalid', 'API key'],
		['a key with a soft hyphen', { apiKey: 'abc\u00addef' }, 'apiKeyInvalid', 'API key'],
		['a key in Cyrillic', { apiKey: 'ключ' }, 'apiKeyInvalid', 'API key'],
		['a prefix without a key', { apiKey: 'Bearer ' }, 'apiKeyEmpty', 'API key'],
		[
			'a key that is a number',
			{ apiKey: 5 },
			'apiKeyEmpty',
			'The API key in the credential is empty',
		],
		['a base URL that is a number', { baseUrl: 5 }, 'baseUrlInvalid', 'base URL'],
		['a base URL in Cyrillic', { baseUrl: 'http://пример/v1' }, 'baseUrlInvalid', 'base URL'],
		['a base URL with a space', { baseUrl: 'http://localhost/a b' }, 'baseUrlInvalid', 'base URL'],
		[
			'a base URL with a user name',
			{ baseUrl: 'http://me@localhost/v1' },
			'addressNotPlain',
			'only an address and a path',
		],
		[
			'a base URL with a query',
			{ baseUrl: 'http://localhost/v1?a=1' },
			'addressNotPlain',
			'only an address and a path',
		],
		[
			'a base URL with a fragment',
			{ baseUrl: 'http://localhost/v1#a' },
			'addressNotPlain',
			'only an address and a path',
		],
		['an empty base URL', { baseUrl: '' }, 'baseUrlInvalid', 'base URL'],
		[
			'a base URL without a scheme',
			{ baseUrl: 'api.inference.wandb.ai/v1' },
			'baseUrlInvalid',
			'base URL',
		],
		['a base URL that is a file', { baseUrl: 'file:///etc/passwd' }, 'baseUrlInvalid', 'base URL'],
		['a project without a team', { project: 'project' }, 'projectInvalid', 'project'],
		['a project with two slashes', { project: 'a/b/c' }, 'projectInvalid', 'project'],
		['a project without a name', { project: 'team/ ' }, 'projectInvalid', 'project'],
		[
			'a project with a line break inside',
			{ project: 'a/b\r\nX: 1' },
			'projectInvalid',
			'it contains a line break or another invisible character',
		],
		[
			'a project with a zero-width space',
			{ project: 'te\u200bam/project' },
			'projectInvalid',
			'another invisible character',
		],
		// Node.js would send the first as Latin-1 and throw ERR_INVALID_CHAR for the others.
		['a project with é', { project: 'équipe/projet' }, 'projectInvalid', "it contains 'é'"],
		['a project in Cyrillic', { project: 'team/проект' }, 'projectInvalid', "it contains 'п'"],
		['a project with an emoji', { project: 'team/🚀' }, 'projectInvalid', "it contains '🚀'"],
		['a project with a backslash', { project: 'a/b\\c' }, 'projectInvalid', "it contains '\\'"],
		['a project with a hash', { project: 'a/b#c' }, 'projectInvalid', "it contains '#'"],
		['a project with a query', { project: 'a/b?c' }, 'projectInvalid', "it contains '?'"],
		['a project with a percent sign', { project: 'a%20b/c' }, 'projectInvalid', "it contains '%'"],
		['a project with a colon', { project: 'a/b:c' }, 'projectInvalid', "it contains ':'"],
	])('rejects %s and names the field but not its value', async (_, fields, reason, field) => {
		const error = await failureOf(readConnection(credential(fields)));
		expect(error).toMatchObject({ kind: 'credential', reason });
		expect(error.message).toContain(field);
		expect(error.message + JSON.stringify(error)).not.toContain('Evil');
	});

	test.each([
		['yes', 'weaveUrlInvalid', 'is not a valid web address'],
		['trace.wandb.ai', 'weaveUrlInvalid', 'is not a valid web address'],
		['file:///etc/passwd', 'weaveUrlInvalid', 'is not a valid web address'],
		[5, 'weaveUrlInvalid', 'is not a valid web address'],
		[
			'https://user:Evil@trace.wandb.ai',
			'addressNotPlain',
			'must contain only an address and a path',
		],
		[
			'https://trace.wandb.ai/?key=Evil',
			'addressNotPlain',
			'must contain only an address and a path',
		],
	])('rejects the Weave address %j and names the field', async (weaveUrl, reason, problem) => {
		expect(await failureOf(readConnection(credential({ weaveUrl })))).toMatchObject({
			kind: 'credential',
			reason,
			message: `The Weave address in the credential ${problem}`,
		});
	});

	test.each(['', '  ', undefined])('treats the project %j as no project', (value) => {
		expect(checkedProject(value)).toBeUndefined();
	});
});

test('toConnection takes what a credential contains, even if a field is missing', () => {
	expect(toConnection(filled)).toEqual(filled);
	const { apiKey, baseUrl } = filled;
	expect(toConnection({ apiKey, baseUrl, weaveUrl: '' })).toEqual({ apiKey, baseUrl });
	expect(() => toConnection({ baseUrl })).toThrow('The API key in the credential is empty');
});

describe('accountId', () => {
	test('is the same for the same base URL and project, and different otherwise', () => {
		const ids = [
			accountId('https://a/v1', 'team/one'),
			accountId('https://a/v1', 'team/two'),
			accountId('https://b/v1', 'team/one'),
		];
		expect(new Set(ids).size).toBe(3);
		expect(accountId('https://a/v1', 'team/one')).toBe(ids[0]);
	});

	test('does not reveal the key', () => {
		expect(accountId(filled.baseUrl, filled.apiKey)).toMatch(/^[0-9a-f]{64}$/);
	});
});

describe('connectionError', () => {
	const baseUrl = 'http://localhost:4000/v1';

	test.each([
		['ECONNREFUSED', 'connection', 'refused', 'was refused'],
		['ENOTFOUND', 'connection', 'unknownHost', 'not found'],
		['EAI_AGAIN', 'connection', 'unknownHost', 'not found'],
		['ETIMEDOUT', 'connection', 'unreachable', 'could not be reached'],
		['EHOSTUNREACH', 'connection', 'unreachable', 'could not be reached'],
		['ENETUNREACH', 'connection', 'unreachable', 'could not be reached'],
		['CERT_HAS_EXPIRED', 'certificate', undefined, 'secure connection'],
		['DEPTH_ZERO_SELF_SIGNED_CERT', 'certificate', undefined, 'secure connection'],
		['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'certificate', undefined, 'secure connection'],
		['ERR_TLS_CERT_ALTNAME_INVALID', 'certificate', undefined, 'secure connection'],
		['EPROTO', 'certificate', undefined, 'secure connection'],
		['ECONNRESET', 'connection', 'closed', 'closed before'],
		['EPIPE', 'connection', 'closed', 'closed before'],
		['ERR_STREAM_PREMATURE_CLOSE', 'connection', 'closed', 'closed before'],
		['HPE_INVALID_CONSTANT', 'connection', 'closed', 'closed before'],
		['E_SOMETHING_NEW', 'connection', undefined, 'could not be completed'],
	])('explains %s', (code, kind, reason, message) => {
		const error = connectionError(Object.assign(new Error('secret'), { code }), baseUrl);
		expect({ ...error }).toMatchObject({ kind, reason, code });
		expect(error.message).toContain(message);
		expect(error.message).not.toContain('secret');
	});

	test('names the host but not the whole address', () => {
		const error = connectionError({ code: 'ECONNREFUSED' }, 'http://user:pass@localhost:4000/v1');
		expect(error.message).toBe('The connection to localhost:4000 was refused');
	});

	test('finds the code in causes that n8n has wrapped', () => {
		const reset = Object.assign(new Error('reset'), { code: 'ECONNRESET' });
		const wrapped = new Error('outer', { cause: new Error('middle', { cause: reset }) });
		expect(connectionError(wrapped, baseUrl).code).toBe('ECONNRESET');
	});

	test('keeps nothing of the original error, which contains the request', () => {
		const original = Object.assign(new Error('x'), { code: 'EPIPE', config: { data: 'prompt' } });
		expect(JSON.stringify(connectionError(original, baseUrl))).not.toContain('prompt');
	});

	test('returns an InferenceError unchanged', () => {
		const error = cancelledError();
		expect(connectionError(error, baseUrl)).toBe(error);
	});

	test('recognizes a missing credential', () => {
		const error = new Error('Node does not have any credentials set');
		expect(connectionError(error, baseUrl)).toMatchObject({
			kind: 'credential',
			message: 'The node has no W&B Inference API credential',
			reason: 'noCredential',
		});
	});

	test('ends if the causes form a circle, and ignores a code that is a number', () => {
		const error: Error & { code?: unknown } = new Error('x');
		error.cause = Object.assign(new Error('y', { cause: error }), { code: 7 });
		expect(connectionError(error, baseUrl).code).toBeUndefined();
	});

	test.each([undefined, null, 'text', 7])('explains %j, which is not an error', (thrown) => {
		expect(connectionError(thrown, baseUrl)).toMatchObject({
			kind: 'connection',
			message: 'The request to localhost:4000 could not be completed',
		});
	});

	test('says how long the service sent nothing', () => {
		expect(silenceError(1500)).toMatchObject({
			kind: 'timeout',
			message: 'The service sent nothing for 1.5 seconds',
		});
		expect(silenceError(1000).message).toBe('The service sent nothing for 1 second');
	});
});
