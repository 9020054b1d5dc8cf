import type { WorkflowFile, WorkflowNode } from '../../../tools/n8n/workflowFile';
import { chatModel, items, manualTrigger, node, workflowOf, type Attachment } from './workflows';

type Fields = Record<string, unknown>;

const langChain = '@n8n/n8n-nodes-langchain';

/** n8n's simplest root node: sends one prompt for each item. */
export function basicChain(text: string, parameters: Fields = {}): WorkflowNode {
	const all = { promptType: 'define', text, ...parameters };
	return node('Basic LLM Chain', `${langChain}.chainLlm`, 1.9, all);
}

/** An agent that answers in the format of its output parser. */
export function agentWithParser(text: string): WorkflowNode {
	const parameters = { promptType: 'define', text, hasOutputParser: true, options: {} };
	return node('AI Agent', `${langChain}.agent`, 3.1, parameters);
}

/** An agent that another one can call as a tool, with a question. */
export function agentTool(): WorkflowNode {
	const text = "={{ $fromAI('question', 'What to find out', 'string') }}";
	const parameters = { toolDescription: 'Answers any question', text, options: {} };
	return node('AI Agent Tool', `${langChain}.agentTool`, 3, parameters);
}

/** Expects `{"output": {"city": "..."}}`. */
export function structuredParser(parameters: Fields = {}): WorkflowNode {
	const type = `${langChain}.outputParserStructured`;
	const jsonSchemaExample = '{"city": "Paris"}';
	return node('Structured Output Parser', type, 1.3, { jsonSchemaExample, ...parameters });
}

/** Lets its model correct what the parser below it refuses. */
export function autoFixingParser(): WorkflowNode {
	const type = `${langChain}.outputParserAutofixing`;
	return node('Auto-fixing Output Parser', type, 1, { options: {} });
}

/** Extracts the `city`. */
export function informationExtractor(text: string): WorkflowNode {
	const city = { name: 'city', type: 'string', description: 'The city', required: true };
	const parameters = { text, attributes: { attributes: [city] } };
	return node('Information Extractor', `${langChain}.informationExtractor`, 1.2, parameters);
}

/** Has the outputs Positive, Neutral and Negative. */
export function sentimentAnalysis(inputText: string): WorkflowNode {
	const options = { enableAutoFixing: true };
	return node('Sentiment Analysis', `${langChain}.sentimentAnalysis`, 1.1, { inputText, options });
}

/** Has the outputs `bug` and `question`. */
export function textClassifier(inputText: string): WorkflowNode {
	const categories = { categories: [{ category: 'bug' }, { category: 'question' }] };
	const parameters = { inputText, categories, options: { enableAutoFixing: true } };
	return node('Text Classifier', `${langChain}.textClassifier`, 1.1, parameters);
}

/** Summarizes the JSON of each item, in chunks of 200 characters. */
export function summarization(summarizationMethod: 'refine' | 'stuff'): WorkflowNode {
	const values = { summarizationMethod };
	const options = { summarizationMethodAndPrompts: { values } };
	const parameters = { chunkSize: 200, chunkOverlap: 0, options };
	return node('Summarization Chain', `${langChain}.chainSummarization`, 2.1, parameters);
}

/** Answers from what its retriever finds. */
export function questionAndAnswer(text: string): WorkflowNode {
	const parameters = { promptType: 'define', text, options: {} };
	const type = `${langChain}.chainRetrievalQa`;
	return node('Question and Answer Chain', type, 1.7, parameters);
}

/** Finds `fact` and the question, by running a workflow of its own. */
export function workflowRetriever(fact: string): WorkflowNode {
	const inputs = { inputSource: 'passthrough' };
	const trigger = node('Asked', 'n8n-nodes-base.executeWorkflowTrigger', 1.1, inputs);
	const jsCode = `return [{ json: { fact: ${JSON.stringify(fact)}, query: $json.query } }];`;
	const code = node('Found', 'n8n-nodes-base.code', 2, { jsCode });
	const workflowJson = JSON.stringify(workflowOf('Facts', [trigger, code]));
	const parameters = { source: 'parameter', workflowJson };
	return node('Workflow Retriever', `${langChain}.retrieverWorkflow`, 1.1, parameters);
}

/** Lets its model reword the question before the retriever below it searches. */
export function multiQueryRetriever(): WorkflowNode {
	const type = `${langChain}.retrieverMultiQuery`;
	return node('MultiQuery Retriever', type, 1, { options: {} });
}

/** Passes items on at output 0, and those that attack the model at output 1. */
export function jailbreakGuardrail(text: string): WorkflowNode {
	const guardrails = { jailbreak: { value: { threshold: 0.7 } } };
	const parameters = { operation: 'classify', text, guardrails };
	return node('Guardrails', `${langChain}.guardrails`, 2, parameters);
}

/** Uses its first model for items whose `size` is `small` and its second one for `big`. */
export function modelSelector(): WorkflowNode {
	const rule = ['small', 'big'].map((size, position) => {
		const operator = { type: 'string', operation: 'equals' };
		const condition = { id: size, leftValue: '={{ $json.size }}', rightValue: size, operator };
		const options = { caseSensitive: true, leftValue: '', typeValidation: 'strict', version: 2 };
		const conditions = { options, conditions: [condition], combinator: 'and' };
		return { modelIndex: position + 1, conditions };
	});
	const parameters = { numberInputs: 2, rules: { rule } };
	return node('Model Selector', `${langChain}.modelSelector`, 1, parameters);
}

/** Runs this code with the attached model as `llm`. */
export function langChainCode(code: string): WorkflowNode {
	const getModel = "const llm = await this.getInputConnectionData('ai_languageModel', 0);";
	const model = { type: 'ai_languageModel', maxConnections: 1, required: true };
	const main = { type: 'main', maxConnections: 1, required: true };
	return node('LangChain Code', `${langChain}.code`, 1, {
		code: { execute: { code: `${getModel}\n${code}` } },
		inputs: { input: [main, model] },
		outputs: { output: [{ type: 'main' }] },
	});
}

/** Rates with a model how helpful an answer is. */
export function helpfulnessMetric(userQuery: string): WorkflowNode {
	const answer = { userQuery, actualAnswer: 'Bonn.' };
	const parameters = { operation: 'setMetrics', metric: 'helpfulness', ...answer };
	return node('Evaluation', 'n8n-nodes-base.evaluation', 4.8, parameters);
}

/** The sub-node under test, with a model and a name of its own. */
export function namedModel(name: string, model: string, options: Fields = {}): WorkflowNode {
	return { ...chatModel({ model: { __rl: true, mode: 'id', value: model }, options }), name };
}

/** A workflow that runs the root node for each of these items. */
export function rootWorkflow(
	root: WorkflowNode,
	attached: Attachment[],
	inputs: Fields[] = [{}],
): WorkflowFile {
	return workflowOf(root.name, [manualTrigger(), items(inputs), root], { attached });
}
