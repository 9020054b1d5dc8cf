import type { Tool } from '@n8n/ai-node-sdk';
import {
	toToolChoice,
	toToolDefinitions,
} from '../../../nodes/LmChatWandbInference/toolDefinitions';

test('only functions are sent, and only the last of those with the same name', () => {
	const tools = [
		{ type: 'function', name: 'clock', inputSchema: { type: 'object' } },
		{ type: 'provider', name: 'openai.web_search', args: {} },
		{ type: 'function', name: 'f', description: 'First', inputSchema: { type: 'object' } },
		{
			type: 'function',
			name: 'f',
			description: 'Second',
			strict: true,
			inputSchema: { type: 'object', properties: { a: { type: 'number' } } },
		},
	] as Tool[];
	expect(toToolDefinitions(tools)).toMatchObject([
		{ name: 'clock', description: '', parameters: { type: 'object' }, strict: false },
		{
			name: 'f',
			description: 'Second',
			parameters: { type: 'object', properties: { a: { type: 'number' } } },
			strict: true,
		},
	]);
	expect(toToolDefinitions(tools)).toHaveLength(2);
});

test.each([
	[undefined, {}],
	[null, {}],
	['any', { tool_choice: 'required' }],
	['auto', { tool_choice: 'auto' }],
	['none', { tool_choice: 'none' }],
	['required', { tool_choice: 'required' }],
	['clock', { tool_choice: { type: 'function', function: { name: 'clock' } } }],
	[{ type: 'function' }, { tool_choice: { type: 'function' } }],
])('the choice %j is sent as %j', (choice, expected) => {
	expect(toToolChoice(choice)).toStrictEqual(expected);
});
