import { createTransport } from '../../inference/http/transport';
import { listModels } from '../../inference/listModels';
import { createExecuteContext } from '../../tools/engine/createExecuteContext';
import type { InferenceClient } from '../../inference/openClient';
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
});
