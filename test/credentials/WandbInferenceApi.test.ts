import type {
	ICredentialDataDecryptedObject,
	IDataObject,
	IHttpRequestOptions,
} from 'n8n-workflow';
import { WandbInferenceApi } from '../../credentials/WandbInferenceApi.credentials';
import { readConnection } from '../../inference/http/connection';
import { failureOf } from '../support/cannedResponse';
import { runChatNode } from '../support/chatNode';
import { testCredential } from '../support/testCredential';
import { chatParameters } from '../../tools/engine/createExecuteContext';
import { useSimulator, startStrictSimulator } from '../support/useSimulator';

const simulator = useSimulator();

async function headersFor(credential: ICredentialDataDecryptedObject, headers = {}) {
	const options: IHttpRequestOptions = { url: 'https://example.com', headers };
	const fields = { baseUrl: 'https://example.com/v1', ...credential };
	return (await new WandbInferenceApi().authenticate(fields, options)).headers;
}

test('the project header is sent only if there is a project', async () => {
	expect(await headersFor({ apiKey: 'key', project: '' })).toEqual({ Authorization: 'Bearer key' });
	expect(await headersFor({ apiKey: 'key', project: ' team/project ' })).toEqual({
		Authorization: 'Bearer key',
		'OpenAI-Project': 'team/project',
	});
});

test.each([' key\n', 'Bearer key', '\tbearer  key '])(
	'the key is sent alone, pasted as %j',
	async (apiKey) => {
		expect(await headersFor({ apiKey })).toEqual({ Authorization: 'Bearer key' });
	},
);

test('a project with spaces is sent as W&B spells it', async () => {
	const credential = { project: ' My Team / Customer Support ' };
	await runChatNode({ baseUrl: simulator.baseUrl, credential });
	expect(simulator.requests[0]?.headers['openai-project']).toBe('My Team/Customer Support');
});

test("a request's own project is kept, its own authorization is replaced", async () => {
	const own = { 'openai-project': 'team/other', Authorization: 'Bearer other' };
	expect(await headersFor({ apiKey: 'key', project: 'team/project' }, own)).toEqual({
		'openai-project': 'team/other',
		Authorization: 'Bearer key',
	});
});

test("a project in the node's headers replaces the credential's", async () => {
	const extraHeaders = { values: [{ name: 'OpenAI-Project', value: 'team/other' }] };
	await runChatNode({
		baseUrl: simulator.baseUrl,
		credential: { project: 'team/project' },
		parameters: chatParameters({ options: { extraHeaders } }),
	});
	expect(simulator.requests[0]?.headers['openai-project']).toBe('team/other');
});

test('headers of the credential reach chats, and those of the node win', async () => {
	const headers = '{"x-portkey-provider": "openai", "x-team": "blue"}';
	const extraHeaders = { values: [{ name: 'x-team', value: 'red' }] };
	await runChatNode({
		baseUrl: simulator.baseUrl,
		credential: { headers },
		parameters: chatParameters({ options: { extraHeaders } }),
	});
	expect(simulator.requests[0]?.headers).toMatchObject({
		'x-portkey-provider': 'openai',
		'x-team': 'red',
	});
});

test.each([
	['[1]', 'The headers in the credential are not a JSON object'],
	['{"a": ', 'The headers in the credential are not a JSON object'],
	['{"Authorization": "x"}', 'The headers in the credential contain a header that cannot be sent'],
	['{"x y": "1"}', 'The headers in the credential contain a header that cannot be sent'],
	['{"x-a": "1\\n2"}', 'The headers in the credential contain a header that cannot be sent'],
])('the headers %s are refused', async (headers, message) => {
	await expect(headersFor({ apiKey: 'key', headers })).rejects.toThrow(message);
});

test('a key in the headers of the credential appears in no error', async () => {
	const hiddenText = 'gateway-key-0123456789abcdef';
	simulator.fault({
		fault: { kind: 'status', status: 400, body: { error: { message: `Bad ${hiddenText}` } } },
	});
	const { items } = await runChatNode({
		baseUrl: simulator.baseUrl,
		credential: { headers: JSON.stringify({ 'x-portkey-api-key': hiddenText }) },
		onError: 'continueRegularOutput',
	});
	expect(items[0]?.json.error).toBe('Bad […]');
});

test("the credential's test requests the models, even if the base URL ends in slashes", () => {
	const { url } = new WandbInferenceApi().test.request;
	expect(url).toBe('={{ $credentials.baseUrl.trim().replace(/\\/+$/, "") + "/models" }}');
});

describe("the credential's test", () => {
	const baseUrl = () => simulator.baseUrl;

	test.each([
		['a key', {}],
		['a key with its prefix', { apiKey: 'Bearer simulator-key' }],
		['a project', { project: ' team / project ' }],
		['headers', { headers: '{"x-portkey-provider": "openai"}' }],
		['a project with spaces', { project: 'My Team/Customer Support' }],
		['a base URL with a slash at its end', { withSlash: true }],
	])('succeeds with %s', async (_, { withSlash, ...fields }: IDataObject) => {
		const credential = { apiKey: 'simulator-key', project: '', baseUrl: baseUrl(), ...fields };
		if (withSlash) credential.baseUrl += '/';
		expect(await testCredential(credential)).toBe('Connection successful!');
		expect(simulator.requests).toMatchObject([
			{ path: '/v1/models', headers: { authorization: 'Bearer simulator-key' } },
		]);
	});

	test.each([
		['no key', { apiKey: '' }],
		['an undefined key', { apiKey: undefined }],
		['a key with a line break', { apiKey: 'simulator\nkey' }],
		['a key with a zero-width space', { apiKey: 'simulator\u200b-key' }],
		['a key in Cyrillic', { apiKey: 'ключ' }],
		['a project without a team', { project: 'project' }],
		['a project with a colon', { project: 'team/a:b' }],
		['a project with an accent', { project: 'équipe/projet' }],
		['a base URL with a query', { baseUrl: 'http://127.0.0.1:1/v1?key=1' }],
	])('fails with %s in the words of the nodes, and sends nothing', async (_, fields) => {
		const credential = { apiKey: 'simulator-key', project: '', baseUrl: baseUrl(), ...fields };
		const getCredentials = async <T extends object>() => await Promise.resolve(credential as T);
		const { message } = await failureOf(readConnection({ getCredentials }));
		expect(await testCredential(credential as ICredentialDataDecryptedObject)).toBe(message);
		expect(simulator.requests).toEqual([]);
	});

	test('names the headers after a 400, which gateways send if one is missing', async () => {
		simulator.fault({ path: 'models', fault: { kind: 'status', status: 400 } });
		const credential = { apiKey: 'simulator-key', project: '', baseUrl: baseUrl() };
		expect(await testCredential(credential)).toContain("headers that it needs in 'Headers'");
	});

	test('says what to check after a 401, also if there is no project', async () => {
		const credential = { apiKey: 'wrong-key', project: '', baseUrl: baseUrl() };
		expect(await testCredential(credential)).toBe(
			"Authentication failed. Check the API key and, if set, that 'Project' is team/project exactly as spelled in W&B.",
		);
	});
});

test('a gateway with a virtual key is reached at its base URL, without a project', async () => {
	const gateway = await startStrictSimulator({ apiKeys: ['sk-virtual'] });
	const { items } = await runChatNode({
		baseUrl: gateway.baseUrl,
		credential: { apiKey: 'sk-virtual', baseUrl: `${gateway.baseUrl}//` },
		parameters: chatParameters(),
	});
	expect(items[0]?.json).toHaveProperty('output');
	expect(gateway.requests[0]).toMatchObject({
		path: '/v1/chat/completions',
		headers: { authorization: 'Bearer sk-virtual' },
	});
	expect(gateway.requests[0]?.headers).not.toHaveProperty('openai-project');
	await gateway.close();
});

test('a personal account works if a project is set', async () => {
	const credential = { apiKey: 'personal-key', project: 'team/project' };
	await runChatNode({ baseUrl: simulator.baseUrl, credential });
	expect(simulator.requests[0]?.headers['openai-project']).toBe('team/project');
});

test('the key is only sent to the base URL: a redirect is not followed', async () => {
	const elsewhere = await startStrictSimulator();
	const location = `${elsewhere.baseUrl}/chat/completions`;
	simulator.fault({ fault: { kind: 'body', status: 307, body: '', headers: { location } } });
	await expect(runChatNode({ baseUrl: simulator.baseUrl })).rejects.toThrow('redirect');
	expect(elsewhere.requests).toEqual([]);
	await elsewhere.close();
});
