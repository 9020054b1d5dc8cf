/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- not shipped: runs outside n8n */
import { ServerResponse } from 'node:http';
import { clockMs, clockWord } from './clock';
import { startSimulator, type Simulator } from '../tools/simulator/simulator';
import type { SimulatorAnswer, SimulatorOrder } from './SimulatorHost';

const simulators = new Map<string, Simulator>();

async function obey(order: SimulatorOrder): Promise<SimulatorAnswer> {
	if (order.kind === 'start') {
		const simulator = await startSimulator({ keepRequests: false, ...order.options });
		simulators.set(simulator.baseUrl, simulator);
		return { id: order.id, baseUrl: simulator.baseUrl };
	}
	const { baseUrl } = order;
	const simulator = simulators.get(baseUrl);
	if (order.kind === 'close') {
		await simulator?.close();
		simulators.delete(baseUrl);
	}
	return { id: order.id, baseUrl, statistics: simulator?.statistics };
}

const { write } = ServerResponse.prototype;

/** A streamed answer whose first token is the clock word says instead when that token is sent. */
ServerResponse.prototype.write = function (data: unknown, ...others: unknown[]) {
	const stamped =
		typeof data === 'string'
			? data.replace(`"content":"${clockWord}"`, () => `"content":"${clockMs()} "`)
			: data;
	return Reflect.apply(write, this, [stamped, ...others]) as boolean;
};

process.on('message', (order: SimulatorOrder) => {
	void obey(order).then((answer) => process.send?.(answer));
});
// Ctrl-C reaches the whole process group; the bench itself decides when this process ends.
process.on('SIGINT', () => undefined);
process.on('disconnect', () => process.exit());
