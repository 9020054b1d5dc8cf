import { useSimulator } from '../support/useSimulator';

const simulator = useSimulator();
const id = '01234567-89ab-4cde-8f01-23456789abcd';

const call = {
	project_id: 'team/p',
	id,
	trace_id: id,
	op_name: 'op',
	started_at: '2026-11-24T10:00:00.000Z',
	ended_at: '2026-11-24T10:00:01Z',
	attributes: {},
	inputs: {},
	summary: {},
};

async function post(path: string, body: object, user = 'api:simulator-key'): Promise<number> {
	const response = await fetch(`${simulator.weaveUrl}${path}`, {
		method: 'POST',
		headers: { authorization: `Basic ${btoa(user)}` },
		body: JSON.stringify(body),
	});
	return response.status;
}

const complete = '/v2/team/p/calls/complete';

test('takes calls and records them', async () => {
	expect(await post(complete, { batch: [call] })).toBe(200);
	expect(simulator.weaveCalls).toEqual([call]);
	simulator.reset();
	expect(simulator.weaveCalls).toEqual([]);
});

test('shows the calls of a trace at its address', async () => {
	const other = { ...call, id: id.replace('0', '1'), trace_id: id.replace('0', '2') };
	await post(complete, { batch: [call, other] });
	const pageOf = async (page: string) =>
		await fetch(`${simulator.weaveUrl}/team/p/weave/calls/${page}`);
	expect(await (await pageOf(id)).json()).toEqual({ trace: [call] });
	expect((await pageOf('none')).status).toBe(404);
});

test('can be reached below /traces, like a dedicated instance of W&B', async () => {
	expect(await post(`/traces${complete}`, { batch: [call] })).toBe(200);
	expect(simulator.weaveCalls).toEqual([call]);
});

test.each(['api:wrong', 'simulator-key', 'user:simulator-key'])('refuses %p', async (user) => {
	expect(await post(complete, { batch: [call] }, user)).toBe(401);
});

test.each(Object.keys(call))('refuses a call without %s', async (name) => {
	expect(await post(complete, { batch: [{ ...call, [name]: undefined }] })).toBe(422);
	expect(simulator.weaveCalls).toEqual([]);
});

test.each([
	{ id: 'one' },
	{ started_at: 'yesterday' },
	{ ended_at: '2026-11-24T10:00:00+01:00' },
	{ wb_user_id: 'me' },
	{ project_id: 'team/other' },
	{ parent_id: null },
])('refuses a call with %j', async (fields) => {
	expect(await post(complete, { batch: [{ ...call, ...fields }] })).toBe(422);
});

test('takes the start and the end of a call', async () => {
	const { ended_at, summary, ...start } = call;
	const end = { project_id: 'team/p', id, ended_at, summary, output: 1 };
	const batch = [
		{ mode: 'start', req: { start } },
		{ mode: 'end', req: { end } },
	];
	expect(await post('/call/upsert_batch', { batch })).toBe(200);
	expect(simulator.weaveCalls).toEqual([{ ...call, output: 1 }]);
	expect(await post('/call/upsert_batch', { batch: [{ mode: 'start', req: {} }] })).toBe(422);
});

test('a fault of the traces leaves the catalog alone', async () => {
	simulator.fault({ path: 'weave', fault: { kind: 'status', status: 503 } });
	expect(await post(complete, { batch: [call] })).toBe(503);
	expect((await fetch(`${simulator.weaveUrl}/inference/catalog/models`)).status).toBe(200);
});
