import fc from 'fast-check';
import type { JsonObject, JsonValue } from 'n8n-workflow';
import { InferenceError } from '../../inference/InferenceError';
import type { TransportRequest } from '../../inference/http/transport';
import { TraceMemory } from '../../inference/weave/TraceMemory';
import { TraceQueue } from '../../inference/weave/TraceQueue';
import { WeaveWriter } from '../../inference/weave/WeaveWriter';
import { withoutFiles } from '../../inference/weave/withoutFiles';
import { respond } from '../support/cannedResponse';
import { FakeClock } from '../support/fakeClock';

const project = 'team/p';
const place = { project, redact: (text: string) => text };

/** What Weave says to a batch; `tooLarge` only if it has more calls than that. */
const response = fc.oneof(
	{ weight: 4, arbitrary: fc.constant<number | string>(200) },
	fc.constantFrom<number | string>(500, 503, 429, 401, 422, 'away'),
);
const step = fc.oneof(
	{
		weight: 5,
		arbitrary: fc.record({ requests: fc.nat({ max: 300 }), length: fc.nat({ max: 5000 }) }),
	},
	fc.record({ flushMs: fc.nat({ max: 10_000 }) }),
	fc.record({ passMs: fc.nat({ max: 10_000 }) }),
);

test('every call arrives once, or its trace is counted as lost, whatever Weave says and when', async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.array(step, { maxLength: 25 }),
			fc.array(response, { maxLength: 30 }),
			fc.option(fc.integer({ min: 1, max: 600 }), { nil: Infinity }),
			fc.integer({ min: 20_000, max: 2_000_000 }),
			async (steps, responses, maxCalls, maxLength) => {
				const clock = new FakeClock();
				const taken: string[] = [];
				const transport = async ({ body }: TransportRequest) => {
					const { batch } = body as { batch: JsonObject[] };
					if (batch.length > maxCalls) return await Promise.resolve(respond({ status: 413 }));
					const status = responses.shift() ?? 200;
					await clock.sleep(5);
					if (typeof status === 'string') throw new InferenceError('Away', { kind: 'connection' });
					if (status === 200) taken.push(...batch.map(({ id }) => String(id)));
					return respond({ status });
				};
				const writer = new WeaveWriter({ project, apiKey: 'hidden' }, transport, clock);
				const queue = new TraceQueue(place, writer, clock, new TraceMemory(maxLength));
				let [started, calls, ended] = [0, 0, 0];
				for (const next of steps) {
					if ('requests' in next) {
						const item = queue.start(
							{ itemIndex: started },
							{ name: 'item', inputs: {}, displayName: 'Item' },
							() => (ended += 1),
						);
						for (let count = 0; count < next.requests; count += 1) {
							item.child('request', {}).end({ output: 'x' });
						}
						item.end({ output: 'x'.repeat(next.length) });
						started += 1;
						calls += 1 + next.requests;
					} else if ('flushMs' in next) void queue.flush(next.flushMs);
					else await clock.advance(next.passMs);
				}
				await clock.runUntil(queue.flush(1e9));
				const { refused, dropped, open } = queue.report();
				expect(new Set(taken).size).toBe(taken.length);
				expect(ended).toBe(started);
				expect(open).toBe(0);
				if (refused + dropped === 0) expect(taken).toHaveLength(calls);
				else expect(taken.length).toBeLessThan(calls);
				expect(refused + dropped).toBeLessThanOrEqual(started);
			},
		),
		{ numRuns: 200 },
	);
});

const data = fc.uint8Array({ minLength: 60, maxLength: 200 }).map((bytes) => {
	return Buffer.from(bytes).toString('base64');
});
const dataUrl = fc
	.tuple(fc.constantFrom('image/png', 'audio/wav;name=a.wav', '', 'text/plain'), data)
	.map(([type, text]) => `data:${type};base64,${text}`);
const { value } = fc.letrec<{ value: JsonValue }>((tie) => ({
	value: fc.oneof(
		{ maxDepth: 5 },
		dataUrl,
		fc.string({ unit: 'binary' }),
		fc.jsonValue({ maxDepth: 1 }) as fc.Arbitrary<JsonValue>,
		fc.array(tie('value'), { maxLength: 4 }),
		fc.dictionary(fc.string(), tie('value'), { maxKeys: 4 }) as fc.Arbitrary<JsonValue>,
	),
}));

/** The value with a sign in the place of each text. */
function shapeOf(part: unknown): unknown {
	if (typeof part === 'string') return 'text';
	if (Array.isArray(part)) return part.map(shapeOf);
	if (typeof part !== 'object' || part === null) return part;
	return Object.entries(part).map(([, inner]) => shapeOf(inner));
}

test('a trace has the shape of any value but no file of it', () => {
	fc.assert(
		fc.property(value, (original) => {
			const before = JSON.stringify(original);
			const shown = withoutFiles(original, (text) => text);
			expect(JSON.stringify(original)).toBe(before);
			expect(shapeOf(shown)).toEqual(shapeOf(original));
			expect(JSON.stringify(shown)).not.toMatch(/;base64,/);
		}),
		{ numRuns: 1000 },
	);
});

test('a trace of any depth ends', () => {
	const pattern = fc.array(fc.boolean(), { minLength: 1, maxLength: 7 });
	fc.assert(
		fc.property(pattern, fc.integer({ min: 1, max: 30_000 }), dataUrl, (isList, depth, file) => {
			let deep: JsonValue = file;
			for (let level = 0; level < depth; level += 1) {
				deep = isList[level % isList.length] ? [deep, 1] : { deep, file };
			}
			const shown = JSON.stringify(withoutFiles(deep, (text) => text));
			expect(shown).not.toContain(';base64,');
			expect(shown.length).toBeLessThan(5000);
		}),
		{ numRuns: 100 },
	);
});
