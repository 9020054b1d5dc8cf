import { Simulator, type SimulatorOptions } from '../../tools/simulator/simulator';

/** Runs a simulator for the tests of a file or `describe` block and resets it before each test. */
export function useSimulator(options: SimulatorOptions = {}): Simulator {
	const simulator = new Simulator({ isStrict: true, ...options });
	beforeAll(async () => await simulator.listen());
	beforeEach(() => simulator.reset());
	afterAll(async () => await simulator.close());
	return simulator;
}

/** Starts a simulator for one test. `close` fails if a request did not match OpenAI's schema. */
export async function startStrictSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
	const simulator = new Simulator({ isStrict: true, ...options });
	await simulator.listen();
	return simulator;
}
