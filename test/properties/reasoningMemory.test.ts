import fc from 'fast-check';
import type { JsonObject } from 'n8n-workflow';
import type { ChatMessage } from '../../inference/chatRequest';
import { ReasoningMemory } from '../../inference/ReasoningMemory';

const toolCall = fc.record({
	id: fc.option(fc.constantFrom('call_1', 'call_2', 'a'), { nil: undefined }),
	type: fc.constant('function' as const),
	function: fc.record({
		name: fc.constantFrom('weather', 'time'),
		arguments: fc.oneof(
			fc.json({ maxDepth: 1 }),
			fc.constantFrom('', '{}', 'Oslo', '{"city":"Oslo"}'),
		),
	}),
});
const round = fc.record({
	calls: fc.array(toolCall, { minLength: 1, maxLength: 3 }),
	text: fc.string({ minLength: 1 }),
	field: fc.constantFrom('reasoning' as const, 'reasoning_content' as const),
	scope: fc.constantFrom('', '1', '2'),
});
type Round = typeof round extends fc.Arbitrary<infer Value> ? Value : never;

const messageOf = ({ calls }: Round): ChatMessage => ({
	role: 'assistant',
	content: null,
	tool_calls: calls.map((call) => JSON.parse(JSON.stringify(call)) as JsonObject),
});
/** By what a round is recognized. */
const keyOf = ({ calls, scope }: Round) =>
	JSON.stringify([
		scope,
		calls.map(({ id, function: called }) => [id ?? '', called.name, normal(called.arguments)]),
	]);

function normal(text: string): unknown {
	try {
		return [JSON.parse(text) ?? text];
	} catch {
		return [text];
	}
}

test('each round gets back its own latest reasoning, and no other message changes', () => {
	fc.assert(
		fc.property(
			fc.array(round, { maxLength: 12 }),
			fc.constantFrom('', '1', '2'),
			fc.array(round, { maxLength: 3 }),
			(rounds, scope, unknown) => {
				const memory = new ReasoningMemory();
				const latest = new Map<string, object>();
				for (const one of rounds) {
					const answer = { role: 'assistant', content: null, [one.field]: one.text };
					memory.remember(messageOf(one), answer, one.scope);
					latest.set(keyOf(one), { [one.field]: one.text });
				}
				const sent = [...rounds, ...unknown];
				const others: ChatMessage[] = [
					{ role: 'user', content: 'Hi' },
					{ role: 'tool', tool_call_id: 'call_1', content: 'sunny' },
					{ role: 'assistant', content: 'Hello' },
				];
				const messages = [...others, ...sent.map(messageOf)];
				const before = JSON.stringify(messages);
				expect(memory.recall(messages, scope)).toEqual([
					...others,
					...sent.map((one) => ({ ...messageOf(one), ...latest.get(keyOf({ ...one, scope })) })),
				]);
				expect(JSON.stringify(messages)).toBe(before);
			},
		),
		{ numRuns: 1000 },
	);
});

test('no more rounds are remembered than allowed, the latest ones', () => {
	fc.assert(
		fc.property(
			fc.uniqueArray(round, { selector: keyOf, maxLength: 20 }),
			fc.integer({ min: 1, max: 10 }),
			(rounds, maxCount) => {
				const memory = new ReasoningMemory(maxCount);
				for (const one of rounds) {
					const answer = { role: 'assistant', content: null, [one.field]: one.text };
					memory.remember(messageOf(one), answer, one.scope);
				}
				const isKept = rounds.map((one) => {
					const messages = [messageOf(one)];
					return memory.recall(messages, one.scope) !== messages;
				});
				expect(isKept).toEqual(rounds.map((_, index) => index >= rounds.length - maxCount));
			},
		),
		{ numRuns: 500 },
	);
});
