import type { JsonObject } from 'n8n-workflow';
import { outputItems, type Execution } from '../../tools/n8n/executions';
import type { WorkflowNode } from '../../tools/n8n/workflowFile';
import { openN8nSession, type N8nSession } from './support/openN8nSession';
import {
	agentTool,
	agentWithParser,
	autoFixingParser,
	basicChain,
	helpfulnessMetric,
	informationExtractor,
	jailbreakGuardrail,
	langChainCode,
	modelSelector,
	multiQueryRetriever,
	namedModel,
	questionAndAnswer,
	rootWorkflow,
	sentimentAnalysis,
	structuredParser,
	summarization,
	textClassifier,
	workflowRetriever,
} from './support/rootNodeWorkflows';
import { scriptAnswers } from './support/scriptAnswers';
import { agent, type Attachment } from './support/workflows';

// The method "Map Reduce" of Summarization Chain is not tested. It counts tokens with a table that
// LangChain downloads. Without a network that takes two minutes, with any chat model.

const mainModel = 'openai/gpt-oss-20b';
const fixingModel = 'openai/gpt-oss-120b';
const badAnswer = 'I think it is Bonn.';
const goodAnswer = '{"output": {"city": "Bonn"}}';
let session: N8nSession;

beforeAll(async () => {
	session = await openN8nSession();
});
beforeEach(() => session.simulator.reset());
afterAll(async () => await session.close());

/** The sub-node under test, attached to the root node or another sub-node. */
function model(to?: WorkflowNode, options: JsonObject = {}): Attachment {
	return { node: namedModel('Main Model', mainModel, options), as: 'ai_languageModel', to };
}

/** Another one, which corrects answers. */
function fixer(to: WorkflowNode, options: JsonObject = {}): Attachment {
	return { node: namedModel('Fixing Model', fixingModel, options), as: 'ai_languageModel', to };
}

async function run(root: WorkflowNode, attached = [model()], inputs?: JsonObject[]) {
	return await session.run(rootWorkflow(root, attached, inputs));
}

/** The JSON of the first item at one output of the root node, which must have succeeded. */
function outputOf(execution: Execution, { name }: WorkflowNode, output = 0) {
	expect(execution.error?.message).toBeUndefined();
	return outputItems(execution, name, output)[0]?.json;
}

const askedModels = () =>
	session.simulator.requests.map(({ body }) => (body as JsonObject).model as string);

const textOfRequest = (position: number) =>
	JSON.stringify(session.simulator.requests[position]?.body);

test('Basic LLM Chain outputs the answer as text', async () => {
	const root = basicChain('Where? [[answer: In Bonn]]');
	expect(outputOf(await run(root), root)).toEqual({ text: 'In Bonn' });
});

test.each([true, false])(
	'Structured Output Parser fixes a bad answer under Basic LLM Chain, with Stream %s',
	async (stream) => {
		const root = basicChain('Where?', { hasOutputParser: true });
		const parser = structuredParser({ autoFix: true });
		scriptAnswers(session.simulator, [badAnswer, goodAnswer]);
		const execution = await run(root, [
			model(root, { stream }),
			{ node: parser, as: 'ai_outputParser' },
			fixer(parser, { stream }),
		]);
		expect(outputOf(execution, root)).toEqual({ output: { city: 'Bonn' } });
		expect(askedModels()).toEqual([mainModel, fixingModel]);
		expect(textOfRequest(1)).toContain(badAnswer);
	},
);

test('Auto-fixing Output Parser fixes a bad answer under Basic LLM Chain', async () => {
	const root = basicChain('Where?', { hasOutputParser: true });
	const fixing = autoFixingParser();
	scriptAnswers(session.simulator, [badAnswer, goodAnswer]);
	const execution = await run(root, [
		model(),
		{ node: fixing, as: 'ai_outputParser' },
		fixer(fixing),
		{ node: structuredParser(), as: 'ai_outputParser', to: fixing },
	]);
	expect(outputOf(execution, root)).toEqual({ output: { city: 'Bonn' } });
	expect(askedModels()).toEqual([mainModel, fixingModel]);
});

test('an answer that is still bad after fixing ends Basic LLM Chain with an error', async () => {
	const root = basicChain('Where?', { hasOutputParser: true });
	const parser = structuredParser({ autoFix: true });
	scriptAnswers(session.simulator, [badAnswer, badAnswer]);
	const execution = await run(root, [
		model(),
		{ node: parser, as: 'ai_outputParser' },
		fixer(parser),
	]);
	expect(execution.status).toBe('error');
	expect(execution.error?.message).toMatch(/doesn't fit required format/);
	expect(session.simulator.requests).toHaveLength(2);
});

test.each([
	['bad text', `[[answer: ${badAnswer}]]`],
	['bad tool arguments', '[[call: format_final_json_response {"output": {"city": 5}}]]'],
])('Structured Output Parser fixes %s of AI Agent', async (_what, directive) => {
	const root = agentWithParser(`Where? ${directive}`);
	const parser = structuredParser({ autoFix: true });
	scriptAnswers(session.simulator, [goodAnswer], { model: fixingModel });
	const execution = await run(root, [
		model(root),
		{ node: parser, as: 'ai_outputParser' },
		fixer(parser),
	]);
	expect(outputOf(execution, root)).toEqual({ output: { city: 'Bonn' } });
	expect(askedModels()).toEqual([mainModel, fixingModel]);
});

test('AI Agent asks AI Agent Tool, which has a model of its own', async () => {
	const question = 'Where? [[answer: In Bonn]]';
	const chatInput = `Ask [[call: AI_Agent_Tool ${JSON.stringify({ question })}]]`;
	const root = agent();
	const tool = agentTool();
	const attached: Attachment[] = [model(root), { node: tool, as: 'ai_tool' }, fixer(tool)];
	const execution = await run(root, attached, [{ chatInput }]);
	expect(outputOf(execution, root)?.output).toContain('In Bonn');
	expect(askedModels()).toEqual([mainModel, fixingModel, mainModel]);
});

test('Information Extractor gets the attributes from the second answer', async () => {
	const root = informationExtractor('They met in Bonn.');
	scriptAnswers(session.simulator, [badAnswer, '{"city": "Bonn"}']);
	expect(outputOf(await run(root), root)).toEqual({ output: { city: 'Bonn' } });
	expect(session.simulator.requests).toHaveLength(2);
});

test('Sentiment Analysis chooses the output from the second answer', async () => {
	const root = sentimentAnalysis('It broke after a day.');
	const good = { sentiment: 'Negative', strength: 0.9, confidence: 0.8 };
	scriptAnswers(session.simulator, ['It sounds negative.', JSON.stringify(good)]);
	const execution = await run(root);
	expect(outputOf(execution, root, 2)).toMatchObject({
		sentimentAnalysis: { category: 'Negative' },
	});
	expect(outputItems(execution, root.name, 0)).toEqual([]);
	expect(session.simulator.requests).toHaveLength(2);
});

test('Text Classifier chooses the output from the second answer', async () => {
	const root = textClassifier('How do I log in?');
	scriptAnswers(session.simulator, ['A question.', '{"bug": false, "question": true}']);
	const execution = await run(root, [model()], [{ id: 7 }]);
	expect(outputOf(execution, root, 1)).toEqual({ id: 7 });
	expect(outputItems(execution, root.name, 0)).toEqual([]);
	expect(session.simulator.requests).toHaveLength(2);
});

const longText = { text: 'A sentence about Bonn, which lies on the Rhine. '.repeat(6) };

test('Summarization Chain refines the first summary with the second chunk', async () => {
	const root = summarization('refine');
	scriptAnswers(session.simulator, ['The first summary.', 'The refined summary.']);
	const execution = await run(root, [model()], [longText]);
	expect(JSON.stringify(outputOf(execution, root))).toContain('The refined summary.');
	expect(session.simulator.requests).toHaveLength(2);
	expect(textOfRequest(1)).toContain('The first summary.');
});

test('Summarization Chain summarizes all chunks at once', async () => {
	const root = summarization('stuff');
	scriptAnswers(session.simulator, ['The summary.']);
	const execution = await run(root, [model()], [longText]);
	expect(JSON.stringify(outputOf(execution, root))).toContain('The summary.');
	expect(textOfRequest(0)).toContain('lies on the Rhine');
});

test('Question and Answer Chain answers from what a workflow retrieves', async () => {
	const root = questionAndAnswer('Where? [[answer: In Bonn]]');
	const retriever = workflowRetriever('Beethoven was born in Bonn.');
	const execution = await run(root, [model(), { node: retriever, as: 'ai_retriever' }]);
	expect(outputOf(execution, root)).toEqual({ response: 'In Bonn' });
	expect(session.simulator.requests).toHaveLength(1);
	expect(textOfRequest(0)).toContain('Beethoven was born in Bonn.');
});

test('MultiQuery Retriever searches with each wording of the model', async () => {
	const root = questionAndAnswer('Where?');
	const rewording = multiQueryRetriever();
	scriptAnswers(session.simulator, ['Which town?\nWhich city?'], { model: fixingModel });
	scriptAnswers(session.simulator, ['In Bonn'], { model: mainModel });
	const execution = await run(root, [
		model(root),
		{ node: rewording, as: 'ai_retriever' },
		fixer(rewording),
		{ node: workflowRetriever('A fact.'), as: 'ai_retriever', to: rewording },
	]);
	expect(outputOf(execution, root)).toEqual({ response: 'In Bonn' });
	expect(askedModels()).toEqual([fixingModel, mainModel]);
	expect(textOfRequest(1)).toMatch(/Which town\?.*Which city\?/);
});

test('Guardrails passes an item on or stops it as the model judges', async () => {
	const root = jailbreakGuardrail('={{ $json.text }}');
	const judged = (flagged: boolean) =>
		`[[answer: {"confidenceScore": 0.9, "flagged": ${String(flagged)}}]]`;
	const inputs = [{ text: `Hi ${judged(false)}` }, { text: `Obey ${judged(true)}` }];
	const execution = await run(root, [model()], inputs);
	expect(outputOf(execution, root, 0)?.guardrailsInput).toMatch(/^Hi/);
	expect(outputOf(execution, root, 1)?.guardrailsInput).toMatch(/^Obey/);
	expect(session.simulator.requests).toHaveLength(2);
});

test.each([
	['small', mainModel],
	['big', fixingModel],
])('Model Selector uses the model of its rule for a %s item', async (size, expected) => {
	const root = basicChain('=[[answer: A {{ $json.size }} one]]');
	const selector = modelSelector();
	const attached: Attachment[] = [
		{ node: selector, as: 'ai_languageModel' },
		model(selector),
		{ ...fixer(selector), input: 1 },
	];
	const execution = await run(root, attached, [{ size }]);
	expect(outputOf(execution, root)).toEqual({ text: `A ${size} one` });
	expect(askedModels()).toEqual([expected]);
});

test('LangChain Code gets the answer as text', async () => {
	const root = langChainCode(`
		const { content } = await llm.invoke('Where? [[answer: In Bonn]]');
		return [{ json: { content } }];
	`);
	expect(outputOf(await run(root), root)).toEqual({ content: 'In Bonn' });
});

test('LangChain Code gets structured output', async () => {
	const root = langChainCode(`
		const properties = { city: { type: 'string' } };
		const schema = { title: 'extract', type: 'object', properties, required: ['city'] };
		const structured = llm.withStructuredOutput(schema);
		const json = await structured.invoke('Where? [[call: extract {"city": "Bonn"}]]');
		return [{ json }];
	`);
	expect(outputOf(await run(root), root)).toEqual({ city: 'Bonn' });
});

test('Evaluation gets the metric that the model judges', async () => {
	const judgement = { extended_reasoning: 'Long.', reasoning_summary: 'Short.', score: 4 };
	const root = helpfulnessMetric(`Where? [[call: extract ${JSON.stringify(judgement)}]]`);
	expect(outputOf(await run(root), root)).toEqual({ Helpfulness: 4 });
});
