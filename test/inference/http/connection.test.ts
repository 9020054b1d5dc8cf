import type { FunctionsBase } from 'n8n-workflow';
import {
	accountOf,
	checkedProject,
	credentialName,
	readConnection,
} from '../../../inference/http/connection';
import { connectionError, silenceError } from '../../../inference/http/connectionError';
import { cancelledError } from '../../../inference/InferenceError';
import { failureOf } from '../../support/cannedResponse';

const pastedText = 'wandb-key-0123456789';

const filled = {
	apiKey: pastedText,
	project: 'team/project',
	baseUrl: 'https://api.inference.wandb.ai/v1',
};

/** What n8n hands to a node whose credential holds these fields. */
const credential = (fields: object): Pick<FunctionsBase, 'getCredentials'> => ({
	getCredentials: async <Credential extends object>(name: string) => {
		expect(name).toBe(credentialName);
		return await Promise.resolve({ ...filled, ...fields } as Credential);
	},
});

describe('readConnection', () => {
	test('gives key, project and base URL', async () => {
		expect(await readConnection(credential({}))).toEqual(filled);
	});

	test.each([
		['a trailing slash', { baseUrl: 'http://localhost:4000/v1/' }, 'http://localhost:4000/v1'],
		['several slashes', { baseUrl: 'http://localhost:4000//' }, 'http://localhost:4000'],
		['blanks', { baseUrl: ' http://localhost:4000/v1 ' }, 'http://localhost:4000/v1'],
	])('takes a base URL with %s', async (_, fields, baseUrl) => {
		expect((await readConnection(credential(fields))).baseUrl).toBe(baseUrl);
	});

	test('takes a key with blanks around it', async () => {
		const { apiKey } = await readConnection(credential({ apiKey: ' abc\n' }));
		expect(apiKey).toBe('abc');
	});

	test.each<[string, object, string]>([
		['an empty key', { apiKey: ' ' }, "'API Key'"],
		['no key', { apiKey: undefined }, "'API Key'"],
		['a key with a line break inside', { apiKey: 'abc\r\nX-Evil: 1' }, "'API Key'"],
		['a key in other letters', { apiKey: 'ключ' }, "'API Key'"],
		['a key that is a number', { apiKey: 5 }, "'API Key' in the credential is empty"],
		['a base URL that is a number', { baseUrl: 5 }, "'Base URL'"],
		['a base URL in other letters', { baseUrl: 'http://пример/v1' }, "'Base URL'"],
		['a base URL with a blank', { baseUrl: 'http://localhost/a b' }, "'Base URL'"],
		['a base URL with a name', { baseUrl: 'http://me@localhost/v1' }, 'more than an address'],
		['a base URL with a query', { baseUrl: 'http://localhost/v1?a=1' }, 'more than an address'],
		['a base URL with a part', { baseUrl: 'http://localhost/v1#a' }, 'more than an address'],
		['an empty base URL', { baseUrl: '' }, "'Base URL'"],
		['a base URL without a scheme', { baseUrl: 'api.inference.wandb.ai/v1' }, "'Base URL'"],
		['a base URL that is a file', { baseUrl: 'file:///etc/passwd' }, "'Base URL'"],
		['a project without a team', { project: 'project' }, "'Project'"],
		['a project with two slashes', { project: 'a/b/c' }, "'Project'"],
		['a project with a blank', { project: 'my team/project' }, "'Project'"],
		['a project with a line break inside', { project: 'a/b\r\nX: 1' }, "'Project'"],
	])('refuses %s, naming the field and not its value', async (_, fields, field) => {
		const error = await failureOf(readConnection(credential(fields)));
		expect(error).toMatchObject({ kind: 'credential' });
		expect(error.message).toContain(field);
		expect(error.advice).not.toBe('');
		expect(error.message + error.advice).not.toContain('Evil');
	});

	test.each(['', '  ', undefined])('takes the project %j for none', (value) => {
		expect(checkedProject(value)).toBeUndefined();
	});
});

describe('accountOf', () => {
	test('is the same for the same pair and another for any other', () => {
		const names = [
			accountOf('https://a/v1', 'team/one'),
			accountOf('https://a/v1', 'team/two'),
			accountOf('https://b/v1', 'team/one'),
		];
		expect(new Set(names).size).toBe(3);
		expect(accountOf('https://a/v1', 'team/one')).toBe(names[0]);
	});

	test('does not hold the key', () => {
		expect(accountOf(filled.baseUrl, filled.apiKey)).toMatch(/^[0-9a-f]{64}$/);
	});
});

describe('connectionError', () => {
	const baseUrl = 'http://localhost:4000/v1';

	test.each([
		['ECONNREFUSED', 'connection', 'refused', 'gateway is running'],
		['ENOTFOUND', 'connection', 'not found', 'spelling'],
		['EAI_AGAIN', 'connection', 'not found', 'resolve names'],
		['ETIMEDOUT', 'connection', 'could not be reached', 'firewall'],
		['EHOSTUNREACH', 'connection', 'could not be reached', 'firewall'],
		['ENETUNREACH', 'connection', 'could not be reached', 'firewall'],
		['CERT_HAS_EXPIRED', 'certificate', 'secure connection', 'NODE_EXTRA_CA_CERTS'],
		['DEPTH_ZERO_SELF_SIGNED_CERT', 'certificate', 'secure connection', 'NODE_EXTRA_CA_CERTS'],
		['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'certificate', 'secure connection', 'certificate'],
		['ERR_TLS_CERT_ALTNAME_INVALID', 'certificate', 'secure connection', 'certificate'],
		['EPROTO', 'certificate', 'secure connection', 'https or http?'],
		['ECONNRESET', 'connection', 'closed before', 'Run again'],
		['EPIPE', 'connection', 'closed before', 'Run again'],
		['ERR_STREAM_PREMATURE_CLOSE', 'connection', 'closed before', 'Run again'],
		['HPE_INVALID_CONSTANT', 'connection', 'closed before', 'Run again'],
		['E_SOMETHING_NEW', 'connection', 'could not be completed', "'Base URL'"],
	])('explains %s', (code, kind, message, advice) => {
		const error = connectionError(Object.assign(new Error('secret'), { code }), baseUrl);
		expect(error.kind).toBe(kind);
		expect(error.message).toContain(message);
		expect(error.message).not.toContain('secret');
		expect(error.advice).toContain(advice);
		expect(error.advice).toContain(`(${code})`);
	});

	test('names the host and not the whole address', () => {
		const error = connectionError({ code: 'ECONNREFUSED' }, 'http://user:pass@localhost:4000/v1');
		expect(error.message).toBe('The connection to localhost:4000 was refused');
	});

	test('looks for the code in the causes that n8n wraps', () => {
		const reset = Object.assign(new Error('reset'), { code: 'ECONNRESET' });
		const wrapped = new Error('outer', { cause: new Error('middle', { cause: reset }) });
		expect(connectionError(wrapped, baseUrl).advice).toContain('(ECONNRESET)');
	});

	test('keeps nothing of the original error, which carries the request', () => {
		const original = Object.assign(new Error('x'), { code: 'EPIPE', config: { data: 'prompt' } });
		expect(JSON.stringify(connectionError(original, baseUrl))).not.toContain('prompt');
	});

	test('leaves an error of ours as it is', () => {
		const error = cancelledError();
		expect(connectionError(error, baseUrl)).toBe(error);
	});

	test('asks for the credential where the node has none', () => {
		const error = new Error('Node does not have any credentials set');
		expect(connectionError(error, baseUrl)).toMatchObject({
			kind: 'credential',
			message: 'The node has no W&B Inference API credential',
			advice: expect.stringContaining('Choose or create one'),
		});
	});

	test('ends where causes go in circles, and takes no number for a code', () => {
		const error: Error & { code?: unknown } = new Error('x');
		error.cause = Object.assign(new Error('y', { cause: error }), { code: 7 });
		expect(connectionError(error, baseUrl).advice).toMatch(/outbound rules of this n8n\.$/);
	});

	test.each([undefined, null, 'text', 7])('explains %j, which is no error', (thrown) => {
		expect(connectionError(thrown, baseUrl)).toMatchObject({
			kind: 'connection',
			message: 'The request to localhost:4000 could not be completed',
		});
	});

	test('says how long the service was silent', () => {
		expect(silenceError(1500)).toMatchObject({
			kind: 'timeout',
			message: 'The service sent nothing for 1.5 seconds',
			advice: expect.stringContaining("Raise 'Timeout'"),
		});
		expect(silenceError(1000).message).toBe('The service sent nothing for 1 second');
	});
});
