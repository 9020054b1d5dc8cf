import type { ICredentialDataDecryptedObject, IHttpRequestOptions } from 'n8n-workflow';
import { WandbInferenceApi } from '../../credentials/WandbInferenceApi.credentials';
import { runChatNode } from '../support/chatNode';
import { chatParameters } from '../../tools/engine/createExecuteContext';
import { useSimulator, startStrictSimulator } from '../support/useSimulator';

const simulator = useSimulator();

async function headersFor(credential: ICredentialDataDecryptedObject, headers = {}) {
	const options: IHttpRequestOptions = { url: 'https://example.com', headers };
	return (await new WandbInferenceApi().authenticate(credential, options)).headers;
}

test('the project header is sent only if there is a project', async () => {
	expect(await headersFor({ apiKey: 'key', project: '' })).toEqual({ Authorization: 'Bearer key' });
	expect(await headersFor({ apiKey: 'key', project: ' team/project ' })).toEqual({
		Authorization: 'Bearer key',
		'OpenAI-Project': 'team/project',
	});
});

test('spaces around a pasted key do no harm', async () => {
	expect(await headersFor({ apiKey: ' key\n' })).toEqual({ Authorization: 'Bearer key' });
});

test("a request's own project is kept, its own authorization is replaced", async () => {
	const own = { 'openai-project': 'team/other', Authorization: 'Bearer other' };
	expect(await headersFor({ apiKey: 'key', project: 'team/project' }, own)).toEqual({
		'openai-project': 'team/other',
		Authorization: 'Bearer key',
	});
});

test("the credential's test requests the models, even if the base URL ends in slashes", () => {
	const { url } = new WandbInferenceApi().test.request;
	expect(url).toBe('={{ $credentials.baseUrl.trim().replace(/\\/+$/, "") + "/models" }}');
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
