import { createTransport } from '../../inference/http/transport';
import { listModels } from '../../inference/listModels';
import { createExecuteContext } from '../../tools/engine/createExecuteContext';
import type { InferenceClient } from '../../inference/openClient';
import { systemClock } from '../../inference/pacing/clock';
import { failureOf } from '../support/cannedResponse';
import { useSimulator } from '../support/useSimulator';

const simulator = useSimulator();

describe('listModels', () => {
	test('keeps the key out of the error if the service echoes it', async () => {
		const hiddenText = 'simulator-key';
		simulator.fault({
			path: 'models',
			fault: {
				kind: 'custom',
				handle: (_, response) => {
					response.writeHead(401, { 'content-type': 'application/json' });
					response.end(JSON.stringify({ error: { message: `Incorrect key: ${hiddenText}.` } }));
				},
			},
		});
		const { baseUrl } = simulator;
		const context = createExecuteContext({ baseUrl });
		const transport = createTransport(context, { baseUrl, apiKey: hiddenText });
		expect(await failureOf(listModels({ transport } as InferenceClient))).toMatchObject({
			kind: 'authentication',
			status: 401,
			message: 'Incorrect key: […].',
		});
	});

	test.each([
		['succeeds after two temporary errors', 2, 3],
		['gives up after three', 3, 3],
	])('%s', async (_, times, requests) => {
		const fault = { kind: 'status', status: 503, headers: { 'retry-after-ms': '1' } } as const;
		simulator.fault({ path: 'models', times, fault });
		const { baseUrl } = simulator;
		const transport = createTransport(createExecuteContext({ baseUrl }), {
			baseUrl,
			apiKey: 'simulator-key',
		});
		const clock = { ...systemClock, sleep: async () => await Promise.resolve() };
		const listing = listModels({ transport, clock });
		if (times < 3) expect(await listing).not.toEqual([]);
		else await expect(listing).rejects.toMatchObject({ kind: 'overloaded' });
		expect(simulator.requests).toHaveLength(requests);
	});

	test('does not retry a wrong key', async () => {
		simulator.fault({ path: 'models', fault: { kind: 'status', status: 401 } });
		const { baseUrl } = simulator;
		const transport = createTransport(createExecuteContext({ baseUrl }), { baseUrl, apiKey: 'k' });
		await expect(listModels({ transport, clock: systemClock })).rejects.toMatchObject({
			kind: 'authentication',
		});
		expect(simulator.requests).toHaveLength(1);
	});
});
