import type { IDataObject, INodeExecutionData, INodeParameters, JsonObject } from 'n8n-workflow';
import { costUsd } from '../../inference/catalog/costUsd';
import type { NodeRun } from '../../tools/engine/createExecuteContext';
import type { Simulator } from '../../tools/simulator/simulator';
import { toolOf } from '../support/connectedTool';
import { answerOf, promptOf, rowModel, rowOf } from './rows';
import { traceProblems } from './traceProblems';

/** What an item can need besides one request for text. */
export interface Feature {
	/** As the name of a mode says it. */
	name: string;
	/** Requests for a row that succeed before the fault can hit. */
	requestsBefore: number;
	/** What the node is given in addition. */
	run(simulator: Simulator, toolCounts: number[]): Partial<NodeRun> & { options?: INodeParameters };
	item(row: number): Partial<INodeExecutionData>;
	/** Describes everything that is wrong with the outcome. */
	problems(outcome: FeatureOutcome): string[];
}

/** What is known after a run. */
export interface FeatureOutcome {
	simulator: Simulator;
	/** Of each row; absent if the run ended with an error. */
	items?: INodeExecutionData[];
	/** Requests that reached the service for each row. */
	requests: number[];
	/** How often the tool ran for each row. */
	toolCounts: number[];
}

/** What a model writes first for a row, and has to correct. */
export const draftOf = (row: number): string => `{"text": "draft of row ${row} "}`;
export const resultOf = (row: number): string => `result of row ${row} `;
export const callFor = (row: number): string => `[[call: lookup {"row": ${row}}]]`;

/** The only JSON that is valid for a row. */
export function schemaOf(row: number): JsonObject {
	return {
		type: 'object',
		properties: { text: { const: answerOf(row) } },
		required: ['text'],
		additionalProperties: false,
	};
}

/** The parameters for an answer that has to match the schema in the input item. */
export const jsonFormat: INodeParameters = {
	responseFormat: 'json_schema',
	schemaType: 'manual',
	jsonSchema: '={{ $json.schema }}',
};

/** A tool that counts how often it runs for each row. */
export function lookupTool(counts: number[]) {
	return toolOf('lookup', async ({ row }) => {
		counts[Number(row)] = (counts[Number(row)] ?? 0) + 1;
		return await Promise.resolve(resultOf(Number(row)));
	});
}

const credentialFor = ({ weaveUrl }: Simulator) => ({ project: 'team/p', weaveUrl });
const detailsOf = ({ json }: INodeExecutionData) => (json.details ?? {}) as IDataObject;
const isFailed = ({ json }: INodeExecutionData) => 'error' in json;
const chatBodies = ({ requests }: Simulator) =>
	requests.filter(({ path }) => path.includes('/chat/completions'));

/** A failed row still says what the requests before the fault brought. */
function paidProblems({ items = [], requests }: FeatureOutcome, expected: (row: number) => object) {
	return items.flatMap((item, row) => {
		const sent = requests[row] ?? 0;
		if (!isFailed(item) || sent === 0) return [];
		const { attempts, usage, ...details } = detailsOf(item);
		const isKept = Object.entries(expected(row)).every(
			([name, value]) => JSON.stringify(details[name]) === JSON.stringify(value),
		);
		return isKept && usage !== undefined && attempts === sent
			? []
			: [`row ${row}, paid before it failed, has: ${JSON.stringify(item.json)}`];
	});
}

const repaired: Feature = {
	name: 'JSON that is corrected',
	requestsBefore: 1,
	run: () => ({ parameters: jsonFormat }),
	item: (row) => ({ json: { prompt: `[[answer: ${draftOf(row)}]]`, schema: schemaOf(row) } }),
	problems: (outcome) => paidProblems(outcome, (row) => ({ output: draftOf(row) })),
};

/** Each row's tool ran once, and its result went only to its own row. */
function toolProblems({ simulator, items = [], requests, toolCounts }: FeatureOutcome): string[] {
	const strange = chatBodies(simulator).filter((request) => {
		const { messages } = request.body as { messages: JsonObject[] };
		const results = messages.filter(({ role }) => role === 'tool');
		return results.some(({ content }) => content !== resultOf(rowOf(request)));
	});
	const problems = items.flatMap((item, row) => {
		const wasCalled = !isFailed(item) || (requests[row] ?? 0) > 0;
		const run = { name: 'lookup', arguments: { row }, result: resultOf(row) };
		const shown = JSON.stringify(item.json.toolRuns ?? detailsOf(item).toolRuns);
		if (!wasCalled || shown === JSON.stringify([run])) return [];
		return [`row ${row} shows the tool runs ${shown}`];
	});
	return [
		...problems,
		...(strange.length > 0 ? [`${strange.length} requests with a result of another row`] : []),
		...toolCounts.flatMap((count, row) => (count > 1 ? [`row ${row}: ${count} tool runs`] : [])),
	];
}

const withTool: Feature = {
	name: 'a tool',
	requestsBefore: 1,
	run: (_, toolCounts) => ({ connectedTools: [lookupTool(toolCounts)] }),
	item: (row) => ({ json: { prompt: `${callFor(row)}${promptOf(row)}` } }),
	problems: (outcome) => [...toolProblems(outcome), ...paidProblems(outcome, () => ({}))],
};

const tracing: Feature = {
	name: 'traced',
	requestsBefore: 0,
	run: (simulator) => ({
		credential: credentialFor(simulator),
		options: { traceToWeave: true },
	}),
	item: (row) => ({ json: { prompt: promptOf(row) } }),
	problems: ({ simulator, items, requests }) =>
		traceProblems(simulator.weaveCalls, items, requests.length),
};

const priced = 'meta-llama/Llama-3.3-70B-Instruct';
const usdPerMillion = { inputUsdPerMillion: 0.71, outputUsdPerMillion: 0.71 };

const withinBudget: Feature = {
	name: 'within a budget',
	requestsBefore: 0,
	run: (simulator) => ({
		credential: credentialFor(simulator),
		parameters: {
			model: { __rl: true, mode: 'id', value: priced },
			budget: { maxCost: 1, maxTokens: 1_000_000 },
		},
		options: { maxTokens: 300 },
	}),
	item: (row) => ({ json: { prompt: promptOf(row) } }),
	problems: ({ items = [] }) =>
		items.flatMap((item, row) => {
			// Some faults end a response before its usage.
			if (isFailed(item) || item.json.usage === undefined) return [];
			const usage = item.json.usage as unknown as Parameters<typeof costUsd>[0];
			if (usage.costUsd !== undefined && costUsd(usage, usdPerMillion) === usage.costUsd) return [];
			return [`row ${row} has the usage ${JSON.stringify(usage)}`];
		}),
};

const imageOf = (row: number) => Buffer.from(`image of row ${row}`.padEnd(3000)).toString('base64');

const withImage: Feature = {
	name: 'an image',
	requestsBefore: 0,
	run: () => ({
		parameters: {
			messages: {
				values: [
					{
						role: 'user',
						content: '={{ $json.prompt }}',
						imageSource: 'binary',
						binaryPropertyName: 'data',
					},
				],
			},
		},
	}),
	item: (row) => ({
		json: { prompt: promptOf(row) },
		binary: { data: { mimeType: 'image/png', data: imageOf(row) } },
	}),
	problems: ({ simulator }) =>
		chatBodies(simulator).flatMap((request) =>
			JSON.stringify(request.body).includes(`data:image/png;base64,${imageOf(rowOf(request))}`)
				? []
				: [`a request for row ${rowOf(request)} has not its own image`],
		),
};

const together: Feature = {
	name: 'a tool, corrected JSON, and traces',
	requestsBefore: 2,
	run: (simulator, toolCounts) => ({
		...tracing.run(simulator, toolCounts),
		...withTool.run(simulator, toolCounts),
		parameters: jsonFormat,
	}),
	item: (row) => ({
		json: { prompt: `${callFor(row)}[[answer: ${draftOf(row)}]]`, schema: schemaOf(row) },
	}),
	problems: (outcome) => [
		...toolProblems(outcome),
		...tracing.problems(outcome),
		...paidProblems(
			{ ...outcome, requests: outcome.requests.map((count) => (count > 1 ? count : 0)) },
			(row) => ({ output: draftOf(row) }),
		),
	],
};

export const features = { repaired, withTool, tracing, withinBudget, withImage, together };

/** The model that a feature uses. */
export const modelOf = (feature: Feature | undefined): string =>
	feature === withinBudget ? priced : rowModel;
