import type { SimulatorOptions } from '../tools/simulator/simulator';
import type { ComparedNode } from './comparedNodes';

export interface ComparisonScenario {
	title: string;
	/** What it simulates. */
	explanation: string;
	itemCount: number;
	/** The user message: an expression without the leading equals sign. */
	prompt: string;
	service: SimulatorOptions;
	/** How long the service responds to every request with a 503, from the first one on. */
	overloadMs?: number;
	/** Connects a calculator, which the model calls once for each item. */
	hasTool?: boolean;
	/** Nodes that cannot take part, or whose result would only repeat that of another one. */
	without?: ComparedNode[];
	/** Whether n8n is restarted before each node, and its peak memory is measured. */
	measuresMemory?: boolean;
}

export type ComparisonScenarioName =
	| 'plain'
	| 'limited'
	| 'errors'
	| 'overload'
	| 'slow'
	| 'tools'
	| 'memory';

const row = '{{ $json.row }}';
const prompt = `[[tokens: 20]] ${row}`;
const answersAfter = (ms: number): SimulatorOptions => ({ latency: { kind: 'constant', ms } });
const short = answersAfter(50);

/** The situations in which the nodes are compared. */
export const comparisonScenarios: Record<ComparisonScenarioName, ComparisonScenario> = {
	plain: {
		title: 'No errors',
		explanation: 'Every request is answered after 50 ms.',
		itemCount: 200,
		prompt,
		service: short,
	},
	limited: {
		title: 'Limit of 10',
		explanation:
			'Answers take 50 ms. Requests beyond 10 at once get a 429, as from a service whose limit is not known.',
		itemCount: 200,
		prompt,
		service: { ...short, concurrencyLimit: 10 },
	},
	errors: {
		title: '5% 429 responses',
		explanation: 'Answers take 50 ms. One request in 20, at random, gets a 429.',
		itemCount: 200,
		prompt,
		service: {
			...short,
			faults: [{ when: { probability: 0.05 }, fault: { kind: 'status', status: 429 } }],
		},
	},
	overload: {
		title: 'Overload for 10 s',
		explanation: 'For 10 s, every request gets a 503. After that, answers take 50 ms.',
		itemCount: 200,
		prompt,
		service: short,
		overloadMs: 10_000,
	},
	slow: {
		title: 'Answers of 8 s',
		explanation: 'Every request is answered after 8 s.',
		itemCount: 4,
		prompt,
		service: answersAfter(8000),
	},
	tools: {
		title: 'Tool calls',
		explanation:
			'For each item, the model calls a connected Calculator and then answers, so an item takes two requests of 50 ms. HTTP Request has no tools.',
		itemCount: 100,
		prompt: `[[call: Calculator {"input": "6 * 7"}]] ${row}`,
		service: short,
		hasTool: true,
		without: ['httpRequest', 'httpRequestRetry'],
	},
	memory: {
		title: 'Memory',
		explanation:
			"How much the resident memory of n8n's process grows at most until n8n has saved the execution, with prompts of 2 kB. n8n is restarted before each node. Retry On Fail makes no difference without errors.",
		itemCount: 10_000,
		prompt: `[[tokens: 20]] ${row} {{ 'The quick brown fox jumps over the lazy dog. '.repeat(45) }}`,
		service: {},
		measuresMemory: true,
		without: ['httpRequestRetry'],
	},
};
