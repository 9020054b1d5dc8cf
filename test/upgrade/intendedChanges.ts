import type { JsonObject, JsonValue } from 'n8n-workflow';
import type { RecordedNode } from './Recording';

/** A difference to what an earlier version sent or returned that was made on purpose. */
export interface IntendedChange {
	why: string;
	/** Changes the recording of a node into what is expected now. */
	apply: (recorded: RecordedNode) => void;
}

const jsonOf = (item: JsonObject) => (item.json ?? {}) as JsonObject;
const bodiesOf = (node: RecordedNode) =>
	node.exchanges.map(({ request }) => (request.body ?? {}) as JsonObject);

/** By the name of the recording. */
export const intendedChanges: Record<string, IntendedChange[]> = {
	'0.1.0': [
		{
			why: '`attempts` is only in the output if more than one request was sent. It was always 1 otherwise.',
			apply: ({ output }) => {
				for (const item of output) if (jsonOf(item).attempts === 1) delete jsonOf(item).attempts;
			},
		},
		{
			why: 'The output of tool calls has `message` too, the assistant message to send back with the results.',
			apply: ({ output }) => {
				for (const json of output.map(jsonOf)) {
					if (Array.isArray(json.toolCalls)) json.message = messageOf(json.toolCalls);
				}
			},
		},
		{
			why: 'The service rejects empty lists of functions, and blank text counts as unset.',
			apply: (node) => {
				for (const body of bodiesOf(node)) {
					if (JSON.stringify(body.functions) === '[]') delete body.functions;
					if (JSON.stringify(body.logit_bias) === '{}') delete body.logit_bias;
					if (body.user === '') delete body.user;
				}
			},
		},
		{
			why:
				'n8n does not save a schema that is the default, so these nodes use the new default, an ' +
				'example with the same fields. The allowed values of the old one were only an example.',
			apply: (node) => {
				for (const body of bodiesOf(node)) allowAnyCategory(body);
			},
		},
		{
			why: 'Advice is worded anew. What the error says and its kind stay.',
			apply: ({ output }) => {
				for (const { details } of output.map(jsonOf)) {
					const told = details as JsonObject | undefined;
					if (typeof told?.advice !== 'string') continue;
					told.advice = told.advice.replace('until it works', 'until the request works');
				}
			},
		},
	],
};

function messageOf(toolCalls: JsonValue[]): JsonObject {
	const calls = toolCalls.map((call) => call as JsonObject);
	return {
		role: 'assistant',
		content: null,
		tool_calls: calls.map(({ id = null, name = null, arguments: values }) => ({
			id,
			type: 'function',
			// As the model wrote it, with a space behind the colon.
			function: { name, arguments: JSON.stringify(values).replace(':', ': ') },
		})),
	};
}

function allowAnyCategory({ response_format: format }: JsonObject): void {
	const { schema } = ((format as JsonObject | undefined)?.json_schema ?? {}) as JsonObject;
	const { properties } = (schema ?? {}) as JsonObject;
	const { category } = (properties ?? {}) as JsonObject;
	if (category) delete (category as JsonObject).enum;
}
