/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- not shipped: runs outside n8n */
import { ServerResponse } from 'node:http';
import { startSimulator, type FaultRule, type Simulator } from '../tools/simulator/simulator';
import { clockMs, timestampMarker } from './clockMs';
import type { SimulatorCommand, SimulatorReply } from './SimulatorHost';

const simulators = new Map<string, Simulator>();

async function execute(command: SimulatorCommand): Promise<SimulatorReply> {
	if (command.kind === 'start') {
		const { options, overloadMs } = command;
		const simulator = await startSimulator({ keepRequests: false, ...options });
		if (overloadMs !== undefined) simulator.fault(overload(overloadMs));
		simulators.set(simulator.baseUrl, simulator);
		return { id: command.id, baseUrl: simulator.baseUrl };
	}
	const { baseUrl } = command;
	const simulator = simulators.get(baseUrl);
	if (command.kind === 'limit' && simulator) simulator.concurrencyLimit = command.limit;
	if (command.kind === 'close') {
		await simulator?.close();
		simulators.delete(baseUrl);
	}
	return { id: command.id, baseUrl, statistics: simulator?.statistics };
}

/** Responds with a 503 for this time from the first chat on. */
function overload(durationMs: number): FaultRule {
	let endsAtMs: number | undefined;
	const matches = () => {
		endsAtMs ??= performance.now() + durationMs;
		return performance.now() < endsAtMs;
	};
	return { when: { matches }, fault: { kind: 'status', status: 503 } };
}

const { write } = ServerResponse.prototype;

/** Replaces the marker in a streamed answer with the time at which the chunk is sent. */
ServerResponse.prototype.write = function (data: unknown, ...rest: unknown[]) {
	const stamped =
		typeof data === 'string'
			? data.replace(`"content":"${timestampMarker}"`, () => `"content":"${clockMs()} "`)
			: data;
	return Reflect.apply(write, this, [stamped, ...rest]) as boolean;
};

process.on('message', (command: SimulatorCommand) => {
	void execute(command).then((reply) => process.send?.(reply));
});
// Ctrl+C reaches the whole process group, but the benchmark decides when this process ends.
process.on('SIGINT', () => undefined);
process.on('disconnect', () => process.exit());
