import { randomUUID } from 'crypto';
import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { LmChatWandbInference } from '../../../nodes/LmChatWandbInference/LmChatWandbInference.node';
import { createSupplyContext } from '../../../tools/engine/createSupplyContext';
import type { Fault } from '../../../tools/simulator/simulator';
import type { AgentModel } from '../../support/agentModel';
import { useSimulator } from '../../support/useSimulator';
import { waitUntil } from '../../support/waitUntil';

const apiKey = 'key-CANARY';
const simulator = useSimulator({ apiKeys: [apiKey] });
const traceToWeave = true;
const credential = () => ({ apiKey, project: 'team/p', weaveUrl: simulator.weaveUrl });
const weaveRequests = () =>
	simulator.requests.filter(({ path }) => path.endsWith('/calls/complete'));
const failWith = (fault: Fault) => simulator.fault({ path: 'weave', fault });

/** The model in a run of its own, with what n8n shows and logs of it. */
const supply = async (
	options: INodeParameters = { traceToWeave },
	changes: IDataObject = {},
	executionId: string = randomUUID(),
) => {
	const context = createSupplyContext({
		baseUrl: simulator.baseUrl,
		credential: { ...credential(), ...changes },
		options,
	});
	const logged: string[] = [];
	context.getExecutionId = () => executionId;
	Object.defineProperty(context, 'logger', {
		value: { warn: (message: string) => logged.push(message) },
	});
	const { response } = await new LmChatWandbInference().supplyData.call(context, 0);
	return { model: response as AgentModel, hints: context.hints, logged, executionId };
};

test('sends each call after its end', async () => {
	const { model, hints, logged } = await supply();
	expect((await model.invoke('[[answer: fine]]')).text).toBe('fine');
	await waitUntil(() => simulator.weaveCalls.length === 2);
	const [item, request] = simulator.weaveCalls;
	expect(item).toMatchObject({
		attributes: { n8n: { nodeName: 'W&B Inference Chat Model', itemIndex: 0 } },
		output: { choices: [{ message: { content: 'fine' } }] },
		summary: { usage: { 'openai/gpt-oss-20b': { requests: 1 } } },
	});
	expect(request!.parent_id).toBe(item!.id);
	expect([hints, logged]).toEqual([[], []]);
});

test('answers as usual if Weave refuses the traces, and says so once in a run', async () => {
	failWith({ kind: 'status', status: 401, body: { detail: apiKey } });
	const { model, hints, logged, executionId } = await supply();
	expect((await model.invoke('[[answer: fine]]')).text).toBe('fine');
	await waitUntil(() => logged.length === 1);
	await model.invoke('Hi');
	const next = await supply({ traceToWeave }, {}, executionId);
	await next.model.invoke('Hi');
	await waitUntil(() => weaveRequests().every(({ outcome }) => outcome !== undefined));
	const message = expect.stringMatching(/^1 trace could not be sent to Weave:.*HTTP 401/);
	expect(hints).toEqual([{ message, type: 'warning', location: 'outputPane' }]);
	expect(logged).toEqual([`W&B Inference Chat Model: ${hints[0]!.message}`]);
	expect([next.hints, next.logged]).toEqual([[], []]);
	expect(JSON.stringify([hints, logged])).not.toContain('CANARY');
});

test('does not send the key of a gateway to W&B', async () => {
	const { model, hints, logged } = await supply({ traceToWeave }, { weaveUrl: undefined });
	expect((await model.invoke('[[answer: fine]]')).text).toBe('fine');
	const message = expect.stringContaining("'Base URL' in the credential is not W&B's") as string;
	expect(hints).toMatchObject([{ message }]);
	expect(logged).toEqual([message]);
});

test('writes to the project that its headers name', async () => {
	const extraHeaders = { values: [{ name: 'OpenAI-Project', value: 'team/b' }] };
	const { model } = await supply({ traceToWeave, extraHeaders });
	await model.invoke('Hi');
	await waitUntil(() => simulator.weaveCalls.length === 2);
	expect(simulator.weaveCalls[0]!.project_id).toBe('team/b');
});

test('sends nothing when off', async () => {
	const { model } = await supply({});
	await model.invoke('Hi');
	expect(weaveRequests()).toEqual([]);
});

test('is not supplied without a place for traces', async () => {
	await expect(supply({ traceToWeave }, { project: '' })).rejects.toThrow(
		"'Trace to Weave' needs 'Project' and 'Weave URL' in the credential",
	);
});
