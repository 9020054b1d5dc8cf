/* eslint-disable no-console -- prints the measurements */
import { formatMeasurements } from './support/formatMeasurements';
import { openQueueSession, type QueueSession } from './support/openQueueSession';
import { runBatches, type Measurement } from './support/runBatches';
import { scenarios } from './support/scenarios';

// jest ignores the timeout of a project in jest.config.js.
jest.setTimeout(180_000);

const measurements: Measurement[] = [];
let session: QueueSession;

beforeAll(async () => {
	session = await openQueueSession();
});
afterAll(async () => {
	await session.close();
	console.log(formatMeasurements(measurements));
});

describe.each([1, 2, 4])('workers: %d', (workers) => {
	beforeAll(async () => await session.haveWorkers(workers));

	test.each(scenarios.map((scenario) => [scenario.name, scenario.limit, scenario] as const))(
		'every item is answered once: %s, limit %d',
		async (_name, limit, scenario) => {
			const measurement = await runBatches(session, scenario);
			measurements.push(measurement);
			const rows = Array.from({ length: scenario.itemCount }, (_, row) => `row ${row}`);
			expect(measurement.outputs).toEqual(rows);
			expect(measurement.byStatus[200]).toBe(scenario.itemCount);
			expect(measurement.maxInFlight).toBeLessThanOrEqual(limit);
			// Only a client that sends without waiting needs that many.
			expect(measurement.requests).toBeLessThan(10 * scenario.itemCount);
		},
	);
});
