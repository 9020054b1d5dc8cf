import { createTransport } from '../../../inference/http/transport';
import { createExecuteContext } from '../../../tools/engine/createExecuteContext';
import type { Simulator } from '../../../tools/simulator/simulator';
import { startStrictSimulator } from '../../support/useSimulator';
import { failureOf } from '../../support/cannedResponse';

/** Its own for each test, because the process remembers which addresses have responded. */
let simulator: Simulator;
beforeEach(async () => (simulator = await startStrictSimulator()));
afterEach(async () => await simulator.close());

function send(timing: { suspectAfterMs: number; probeMs: number }, timeoutMs = 0) {
	const { baseUrl } = simulator;
	const transport = createTransport(
		createExecuteContext({ baseUrl }),
		{ baseUrl, apiKey: 'simulator-key' },
		timing,
	);
	const body = { model: 'openai/gpt-oss-20b', messages: [{ role: 'user', content: 'Hi' }] };
	return transport({ method: 'POST', path: '/chat/completions', body, timeoutMs });
}

const quickly = { suspectAfterMs: 50, probeMs: 50 };
const silence = { kind: 'stall', where: 'beforeHeaders' } as const;

test('an address that responds to nothing is given up long before the timeout', async () => {
	simulator.fault({ fault: silence });
	simulator.fault({ path: 'models', fault: silence });
	expect(await failureOf(send(quickly))).toMatchObject({
		kind: 'connection',
		reason: 'unreachable',
		message: expect.stringMatching(/could not be reached$/),
	});
	expect(simulator.requests.map(({ path }) => path)).toContain('/v1/models');
});

test('a service that is only slow is not given up', async () => {
	simulator.fault({ fault: { kind: 'status', status: 400, delayMs: 300 } });
	const { status } = await send(quickly);
	expect(status).toBe(400);
	expect(simulator.requests.map(({ path }) => path)).toContain('/v1/models');
});

test('no probe is sent to an address that has just responded', async () => {
	await send(quickly);
	simulator.fault({ fault: { kind: 'status', status: 400, delayMs: 200 } });
	await send(quickly);
	expect(simulator.requests.every(({ path }) => path.includes('chat'))).toBe(true);
});
