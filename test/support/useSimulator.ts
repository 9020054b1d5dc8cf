import { Simulator, type SimulatorOptions } from '../../tools/simulator/simulator';

/** A simulator that runs for the tests of a file or `describe` block and starts each test empty. */
export function useSimulator(options: SimulatorOptions = {}): Simulator {
	const simulator = new Simulator({ isStrict: true, ...options });
	beforeAll(async () => await simulator.listen());
	beforeEach(() => simulator.reset());
	afterAll(async () => await simulator.close());
	return simulator;
}

/** A simulator for one test. It fails on `close` if a request body did not match OpenAI's schema. */
export async function startStrictSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
	const simulator = new Simulator({ isStrict: true, ...options });
	await simulator.listen();
	return simulator;
}
