import { measuredNodeName } from '../../bench/benchWorkflow';
import {
	comparedNodes,
	createComparisonWorkflow,
	credentialFor,
	type ComparedNode,
} from '../../bench/comparedNodes';

function workflowOf(node: ComparedNode, hasTool = false) {
	const { type } = credentialFor(node, 'http://127.0.0.1:1/v1');
	return createComparisonWorkflow({
		node,
		itemCount: 3,
		baseUrl: 'http://127.0.0.1:1/v1',
		prompt: 'Row {{ $json.row }}',
		hasTool,
		credential: { id: '1', name: 'Bench', type },
	});
}

function measuredNode(node: ComparedNode) {
	return workflowOf(node).nodes.find(({ name }) => name === measuredNodeName);
}

test.each(comparedNodes)('%s sends the prompt of each item with its credential', (node) => {
	const { nodes, pinData } = workflowOf(node);
	expect(JSON.stringify(measuredNode(node)?.parameters)).toContain('Row {{ $json.row }}');
	expect(pinData).toEqual({ Items: [0, 1, 2].map((row) => ({ json: { row } })) });
	const { type } = credentialFor(node, 'http://127.0.0.1:1/v1');
	const withCredential = nodes.filter(({ credentials }) => credentials?.[type]);
	const isAgent = node === 'agentWithWandb' || node === 'agentWithOpenAi';
	expect(withCredential.map(({ name }) => name)).toEqual([isAgent ? 'Model' : measuredNodeName]);
});

test('failed items end the run only with Retry On Fail', () => {
	for (const node of comparedNodes) {
		const isRetried = node === 'httpRequestRetry';
		expect(measuredNode(node)?.onError).toBe(isRetried ? undefined : 'continueRegularOutput');
		expect(measuredNode(node)?.retryOnFail).toBe(isRetried ? true : undefined);
	}
});

test('model and tool of an agent are connected to it', () => {
	const target = (type: string) => ({ [type]: [[{ node: measuredNodeName, type, index: 0 }]] });
	expect(workflowOf('agentWithWandb', true).connections).toEqual({
		Items: target('main'),
		Model: target('ai_languageModel'),
		Calculator: target('ai_tool'),
	});
});
