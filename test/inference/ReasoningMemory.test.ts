import { ReasoningMemory } from '../../inference/ReasoningMemory';

const messageWith = (id: string, text = '{}') => ({
	role: 'assistant',
	content: null,
	tool_calls: [{ id, type: 'function', function: { name: 'weather', arguments: text } }],
});
const thought = (text: string) => ({
	role: 'assistant',
	content: null,
	reasoning_content: text,
});

test('reasoning is recalled beside the calls that it came with, under its field', () => {
	const memory = new ReasoningMemory();
	memory.remember(messageWith('a'), thought('hm'));
	memory.remember(messageWith('b'), { role: 'assistant', content: null, reasoning: 'so' });
	const user = { role: 'user', content: 'Hello' };
	expect(memory.recall([user, messageWith('a'), messageWith('b'), messageWith('c')])).toEqual([
		user,
		{ ...messageWith('a'), reasoning_content: 'hm' },
		{ ...messageWith('b'), reasoning: 'so' },
		messageWith('c'),
	]);
});

test('messages without known calls stay the same list', () => {
	const memory = new ReasoningMemory();
	memory.remember(messageWith('a'), thought('hm'));
	const messages = [{ role: 'assistant', content: 'Hello' }, messageWith('b')];
	expect(memory.recall(messages)).toBe(messages);
});

test('calls with one ID are told apart by their arguments and their execution', () => {
	const memory = new ReasoningMemory();
	memory.remember(messageWith('a', '{"city": "Oslo"}'), thought('hm'), '1');
	expect(memory.recall([messageWith('a', '{"city":"Oslo"}')], '1')[0]).toHaveProperty(
		'reasoning_content',
	);
	expect(memory.recall([messageWith('a', '{"city":"Rome"}')], '1')[0]).not.toHaveProperty(
		'reasoning_content',
	);
	expect(memory.recall([messageWith('a', '{"city":"Oslo"}')], '2')[0]).not.toHaveProperty(
		'reasoning_content',
	);
});

test('the oldest reasoning is forgotten', () => {
	const memory = new ReasoningMemory(2);
	for (const id of ['a', 'b', 'c']) memory.remember(messageWith(id), thought(id));
	const recalled = memory.recall(['a', 'b', 'c'].map((id) => messageWith(id)));
	expect(recalled.map((message) => message.reasoning_content)).toEqual([undefined, 'b', 'c']);
});

test('the latest answer with the same calls counts, also if it came without reasoning', () => {
	const memory = new ReasoningMemory(2);
	for (const id of ['a', 'b', 'a', 'c']) memory.remember(messageWith(id), thought(id));
	expect(memory.recall([messageWith('b')])[0]).not.toHaveProperty('reasoning_content');
	expect(memory.recall([messageWith('a')])[0]).toHaveProperty('reasoning_content', 'a');
	memory.remember(messageWith('a'), { role: 'assistant', content: null });
	expect(memory.recall([messageWith('a')])[0]).not.toHaveProperty('reasoning_content');
});
