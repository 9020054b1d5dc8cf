import { toolResultText } from '../../../nodes/WandbInferenceChat/toolResultText';

const image = '[The tool returned an image, which cannot be sent as the result of a tool]';
const file = '[The tool returned a file, which cannot be sent as the result of a tool]';

test.each<[string, unknown, string]>([
	['nothing', undefined, ''],
	['text', 'sunny', 'sunny'],
	['a number', 42, '42'],
	['an object', { sky: 'blue' }, '{"sky":"blue"}'],
	['an empty list', [], '[]'],
	['parts of text', [part('one'), part('two')], 'one\ntwo'],
	['a message', { tool_call_id: 'call_1', content: [part('one')] }, 'one'],
	['a result of MCP', { content: [part('one')] }, 'one'],
	['an object with content', { content: 'one', size: 3 }, '{"content":"one","size":3}'],
	['an image', [{ type: 'image', data: 'AAAA', mimeType: 'image/png' }], image],
	['an image of OpenAI', [{ type: 'image_url', image_url: { url: 'data:,' } }], image],
	['sound', [part('Listen'), { type: 'audio', data: 'AAAA' }], `Listen\n${file}`],
	['a text file', [{ type: 'resource', resource: { uri: 'file:a', text: 'one' } }], 'one'],
	['a binary file', [{ type: 'resource', resource: { uri: 'file:a', blob: 'AAAA' } }], file],
	[
		'a link with text',
		[part('one'), { type: 'resource_link', uri: 'file:a' }],
		'one\n{"type":"resource_link","uri":"file:a"}',
	],
])('%s', (_, result, expected) => {
	expect(toolResultText(result)).toBe(expected);
});

test('parts that n8n returns as JSON are read', () => {
	const parts = [part('one'), { type: 'image', data: 'AAAA', mimeType: 'image/png' }];
	expect(toolResultText(JSON.stringify(parts))).toBe(`one\n${image}`);
});

test.each([
	['files that are only described', '[{"type":"file","name":"readme.md"}]'],
	['objects that are more than text', '[{"type":"text","text":"one","id":1}]'],
	['a list of numbers', '[1, 2]'],
	['text in brackets', '[none]'],
])('%s stay as the tool wrote them', (_, text) => {
	expect(toolResultText(text)).toBe(text);
});

function part(text: string): object {
	return { type: 'text', text };
}
