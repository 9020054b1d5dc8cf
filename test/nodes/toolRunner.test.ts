import type { INodeParameters, JsonObject } from 'n8n-workflow';
import { runWithTools, toolOf, type FakeTool } from '../support/connectedTool';
import { openaiClient } from '../support/openaiClient';
import { scriptRounds, type ScriptedRound } from '../support/scriptRounds';
import { useSimulator } from '../support/useSimulator';

const simulator = useSimulator();

const weather = toolOf('weather', async ({ city }) => `sunny in ${String(city)}`);
const clock = toolOf('clock', async () => ({ time: 'noon', zones: ['CET', 'é'] }));
const broken = toolOf('broken', async () => await Promise.reject(new Error('No such city')));

interface Conversation {
	tools: FakeTool[];
	rounds: ScriptedRound[];
	options?: INodeParameters;
}

const oslo: [string, string] = ['weather', '{"city": "Oslo"}'];
const rome: [string, string] = ['weather', '{"city":"Rome"}'];

const conversations: Record<string, Conversation> = {
	'one round': { tools: [weather], rounds: [{ calls: [oslo] }, { content: 'Sunny' }] },
	'a text before the call': {
		tools: [weather],
		rounds: [{ content: 'Let me look.', calls: [oslo] }, { content: 'Sunny' }],
	},
	'two calls in one round': {
		tools: [weather, clock],
		rounds: [{ calls: [oslo, ['clock', '{}']] }, { content: 'Sunny at noon' }],
	},
	'several rounds': {
		tools: [weather, clock],
		rounds: [{ calls: [oslo] }, { calls: [['clock', '{}'], rome] }, { calls: [rome] }, {}],
	},
	'a result without text': {
		tools: [toolOf('clock', async () => '')],
		rounds: [{ calls: [['clock', '{}']] }, { content: 'Done' }],
	},
	'calls with fields of an engine': {
		tools: [weather],
		rounds: [{ calls: [oslo], callFields: { index: 0, signature: 'x' } }, { content: 'Sunny' }],
	},
	'no call at all': { tools: [weather], rounds: [{ content: 'Hello' }] },
	'settings of the model': {
		tools: [weather],
		rounds: [{ calls: [oslo] }, { content: 'Sunny' }],
		options: { temperature: 0, maxTokens: 50, parallelToolCalls: true },
	},
};

/** The bodies of the node's requests. */
async function bodiesOfNode({ tools, rounds, options }: Conversation, stream: boolean) {
	simulator.reset();
	scriptRounds(simulator, rounds);
	// The runner always sends this choice. The node sends it where the user sets it.
	await runWithTools(simulator, 'Hello', tools, {
		options: { stream, toolChoice: 'auto', ...options },
	});
	return simulator.requests.map(({ body }) => body as JsonObject);
}

/** The bodies of the requests of the official client's tool runner for the same conversation. */
async function bodiesOfRunner(
	{ tools, rounds, options = {} }: Conversation,
	stream: boolean,
	runTool = async (tool: FakeTool, args: JsonObject) => await tool.invoke(args),
) {
	simulator.reset();
	scriptRounds(simulator, rounds);
	const { temperature, maxTokens, parallelToolCalls } = options;
	const body = {
		model: 'openai/gpt-oss-20b',
		messages: [{ role: 'user' as const, content: 'Hello' }],
		tools: tools.map((tool) => ({
			type: 'function' as const,
			function: {
				name: tool.name,
				description: tool.description,
				parameters: tool.schema,
				parse: (text: string) => JSON.parse(text) as JsonObject,
				function: async (args: JsonObject) => (await runTool(tool, args)) as object | string,
			},
		})),
		...(temperature === undefined ? {} : { temperature: Number(temperature) }),
		...(maxTokens === undefined ? {} : { max_tokens: Number(maxTokens) }),
		...(parallelToolCalls === undefined ? {} : { parallel_tool_calls: true }),
	};
	const { completions } = openaiClient(simulator).chat;
	const runner = stream
		? // The node asks for the usage of streams, which the runner leaves to its caller.
			completions.runTools({ ...body, stream: true, stream_options: { include_usage: true } })
		: completions.runTools({ ...body, stream: false });
	await runner.done();
	return simulator.requests.map(({ body: sent }) => sent as JsonObject);
}

/** The bodies without the results of tools. */
function withoutResults(bodies: JsonObject[]): JsonObject[] {
	return bodies.map(({ messages, ...body }) => ({
		...body,
		messages: (messages as JsonObject[]).map((message) =>
			message.role === 'tool' ? { ...message, content: '' } : message,
		),
	}));
}

const contentsIn = (body: JsonObject | undefined) =>
	(body?.messages as JsonObject[])
		.filter(({ role }) => role === 'tool')
		.map(({ content }) => content);

const forms = [
	['streamed', true],
	['not streamed', false],
] as const;

describe.each(forms)('%s', (_, stream) => {
	test.each(Object.entries(conversations))(
		'%s: the requests are those of the official client',
		async (_name, conversation) => {
			const bodies = await bodiesOfNode(conversation, stream);
			expect(bodies).toHaveLength(conversation.rounds.length);
			expect(bodies).toEqual(await bodiesOfRunner(conversation, stream));
		},
	);

	test('the official client does not send the reasoning back, and is the same but for that', async () => {
		const conversation = {
			tools: [weather],
			rounds: [{ reasoning: 'I should look', calls: [oslo] }, { content: 'Sunny' }],
		};
		const bodies = await bodiesOfNode(conversation, stream);
		const [, assistant] = bodies[1]?.messages as JsonObject[];
		expect(assistant?.reasoning).toBe('I should look');
		delete assistant?.reasoning;
		expect(bodies).toEqual(await bodiesOfRunner(conversation, stream));
	});

	test('a tool that throws ends the official client, so it is told the error as the node does it', async () => {
		const conversation = { tools: [broken], rounds: [{ calls: [['broken', '{}']] }, {}] };
		const throwing = conversation as Conversation;
		await expect(bodiesOfRunner(throwing, stream)).rejects.toThrow('No such city');
		expect(await bodiesOfNode(throwing, stream)).toEqual(
			await bodiesOfRunner(throwing, stream, async (tool, args) => {
				return await tool.invoke(args).catch((error: Error) => `Error: ${error.message}`);
			}),
		);
	});

	test('a call without an ID gets one, as by the official client', async () => {
		const [name, text] = oslo;
		const conversation: Conversation = {
			tools: [weather],
			rounds: [{ calls: [[name, text, '']] }, { content: 'Sunny' }],
		};
		const withNames = (bodies: JsonObject[]) =>
			JSON.parse(JSON.stringify(bodies).replace(/"call_[\w-]+"/g, '"id"')) as JsonObject[];
		const bodies = withNames(await bodiesOfNode(conversation, stream));
		expect(JSON.stringify(bodies).match(/"id"/g)).toHaveLength(3);
		expect(bodies).toEqual(withNames(await bodiesOfRunner(conversation, stream)));
	});

	test('an unknown tool is answered as by the official client, in other words', async () => {
		const conversation = {
			tools: [weather, clock],
			rounds: [{ calls: [oslo, ['wether', '{"city":"Oslo"}']] }, { content: 'Sunny' }],
		} as Conversation;
		const bodies = await bodiesOfNode(conversation, stream);
		const ofRunner = await bodiesOfRunner(conversation, stream);
		expect(withoutResults(bodies)).toEqual(withoutResults(ofRunner));
		expect(contentsIn(bodies[1])).toEqual([
			'sunny in Oslo',
			"Error: There is no tool 'wether'. The tools are: weather, clock",
		]);
		expect(contentsIn(ofRunner[1])).toEqual([
			'sunny in Oslo',
			'Invalid tool_call: "wether". Available options are: "weather", "clock". Please try again',
		]);
	});

	test('arguments that are not JSON go back as an object, because engines parse them again', async () => {
		const conversation = { tools: [weather], rounds: [{ calls: [['weather', '{"city":']] }, {}] };
		const invalid = conversation as Conversation;
		const bodies = await bodiesOfNode(invalid, stream);
		const [, assistant] = bodies[1]?.messages as JsonObject[];
		const [call] = assistant?.tool_calls as Array<{ function: JsonObject }>;
		expect(call?.function.arguments).toBe('{"invalidArguments":"{\\"city\\":"}');
		call!.function.arguments = '{"city":';
		const ofRunner = await bodiesOfRunner(invalid, stream);
		expect(withoutResults(bodies)).toEqual(withoutResults(ofRunner));
		expect(contentsIn(bodies[1])).toEqual(['Error: The arguments are not a JSON object']);
		expect(contentsIn(ofRunner[1])).toEqual([expect.stringContaining('JSON')]);
	});
});
