import type { Message, MessageContent } from '@n8n/ai-node-sdk';
import { toChatMessages } from '../../../nodes/LmChatWandbInference/toChatMessages';

const text = (content: string): MessageContent => ({ type: 'text', text: content });
const reasoning: MessageContent = { type: 'reasoning', text: 'secret' };
const sentFor = (role: Message['role'], ...content: MessageContent[]) =>
	toChatMessages([{ role, content }]);
const file = (fields: object) => ({ type: 'file', ...fields }) as MessageContent;

test('several texts are joined by line breaks, except for those of the assistant', () => {
	const parts = [text('One'), reasoning, text('Two')];
	expect(sentFor('system', ...parts)).toEqual([{ role: 'system', content: 'One\nTwo' }]);
	expect(sentFor('user', ...parts)).toEqual([{ role: 'user', content: 'One\nTwo' }]);
	expect(sentFor('assistant', ...parts)).toEqual([{ role: 'assistant', content: 'OneTwo' }]);
});

test('a tool call without an ID gets an empty one, and missing text next to it is null', () => {
	const call: MessageContent = { type: 'tool-call', toolName: 'f', input: '{}' };
	const wire = { id: '', type: 'function', function: { name: 'f', arguments: '{}' } };
	expect(sentFor('assistant', reasoning, call)).toEqual([
		{ role: 'assistant', content: null, tool_calls: [wire] },
	]);
	expect(sentFor('assistant', text('Let me see'), call)).toEqual([
		{ role: 'assistant', content: 'Let me see', tool_calls: [wire] },
	]);
});

test.each([
	['Rain', 'Rain'],
	[{ sky: 'grey' }, '{"sky":"grey"}'],
	[[], '[]'],
	[[text('Rain'), { type: 'file' }], 'Rain\n{"type":"file"}'],
	[
		[text('Here:'), { type: 'file', mediaType: 'image/png', data: 'AAAA' }],
		'Here:\n[The tool returned an image, which cannot be sent as the result of a tool]',
	],
	[
		[{ type: 'provider', value: { type: 'file', file: { file_data: 'AAAA' } } }],
		'[The tool returned a file, which cannot be sent as the result of a tool]',
	],
	[[null, 5], '[null,5]'],
	[[text('Rain'), text('Wind')], 'Rain\nWind'],
	[undefined, ''],
])('the result %j of a tool is sent as %j', (result, content) => {
	const part = { type: 'tool-result', toolCallId: 'call_1', result } as MessageContent;
	expect(sentFor('tool', text('not a result'), part)).toEqual([
		{ role: 'tool', tool_call_id: 'call_1', content },
	]);
});

const image = (url: string) => ({ type: 'image_url', image_url: { url } });
const address = 'https://example.com/a';

test.each([
	[{ mediaType: 'image/png', data: 'AAAA' }, image('data:image/png;base64,AAAA')],
	[
		{ mediaType: 'image/png', data: new Uint8Array([0, 0, 0]) },
		image('data:image/png;base64,AAAA'),
	],
	[{ providerMetadata: { url: address } }, image(address)],
	[{ mediaType: 'image/png', data: 'AAAA', providerMetadata: { url: address } }, image(address)],
	[
		{ mediaType: 'text/plain', data: 'AAAA' },
		{ type: 'file', file: { file_data: 'data:text/plain;base64,AAAA' } },
	],
	[
		{ mediaType: 'text/plain', providerMetadata: { url: address, filename: 'a.txt' } },
		{ type: 'file', file: { file_data: address, filename: 'a.txt' } },
	],
])('the file %j is sent as %j', (fields, part) => {
	expect(sentFor('user', text('See'), file(fields))).toEqual([
		{ role: 'user', content: [{ type: 'text', text: 'See' }, part] },
	]);
});

test('a file without content or address is left out', () => {
	const empty = file({ mediaType: 'image/png', providerMetadata: { url: 5 } });
	expect(sentFor('user', text('See'), empty)).toEqual([{ role: 'user', content: 'See' }]);
});
