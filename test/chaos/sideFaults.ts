import type { Fault, FaultRule } from '../../tools/simulator/simulator';

/** Something that goes wrong with Weave or the catalog, which answers must not depend on. */
export interface SideFault {
	name: string;
	rule?: Omit<FaultRule, 'path'>;
	/** The address for faults without a service. */
	weaveUrl?: string;
	/** What the run says about its traces; absent if they arrive, or seem to. */
	hint?: RegExp;
	/** Whether all traces arrive. */
	isHarmless?: boolean;
}

const away = /could not be sent to Weave|still being sent to Weave/;
const waiting = /still being sent to Weave/;
const status = (code: number): Fault => ({ kind: 'status', status: code });
const body = (text: string, contentType = 'application/json', code = 200): Fault => ({
	kind: 'body',
	status: code,
	contentType,
	body: text,
});
const named = (name: string, fault: Fault, hint?: RegExp): SideFault => ({
	name,
	rule: { fault },
	...(hint ? { hint } : {}),
});

const connectionFaults: SideFault[] = [
	{ name: 'connection refused', weaveUrl: 'http://127.0.0.1:9', hint: away },
	{ name: 'DNS failure', weaveUrl: `http://${'x'.repeat(64)}.invalid`, hint: away },
	named('reset before the headers', { kind: 'reset', where: 'beforeHeaders' }, away),
	named('no response', { kind: 'stall', where: 'beforeHeaders' }, waiting),
];

const statusFaults: SideFault[] = [
	...[401, 402, 403, 404, 413, 422].map((code) =>
		named(`HTTP ${code}`, status(code), new RegExp(`HTTP ${code}\\b`)),
	),
	...[429, 500, 502, 503].map((code) => named(`HTTP ${code}`, status(code), away)),
	named(
		'a redirect',
		{ kind: 'body', status: 307, body: '', headers: { location: '/v1/models' } },
		/redirect/,
	),
];

/** Weave's responses have no content that matters, so these look like success. */
const contentFaults: SideFault[] = [
	named('a body that stalls', { kind: 'stall', where: 'inBody' }),
	named('a web page', body('<html>Welcome</html>', 'text/html')),
	named('an empty body', body('')),
	named('a 204 response', body('', 'text/plain', 204)),
	named('truncated JSON', body('{"models": [{"idPlayground": "zai')),
	named('JSON of another form', body('[{"models": 1}, null]')),
	named('a body of 10 MB', body('x'.repeat(10_000_000))),
];

export const weaveFaults: SideFault[] = [
	...connectionFaults,
	...statusFaults,
	...contentFaults,
	{ name: 'one 500', rule: { times: 1, fault: status(500) }, isHarmless: true },
	{
		name: 'one reset after the traces were taken',
		rule: { times: 1, fault: { kind: 'reset', where: 'inBody' } },
		isHarmless: true,
	},
	{
		name: 'a low maximum size',
		rule: {
			fault: status(413),
			when: {
				matches: ({ body: sent }) => (sent as { batch: unknown[] }).batch.length > 6,
			},
		},
		isHarmless: true,
	},
];

const strange = ['x', null, -1, 1.5, '1', {}, [], true].map((value) => ({
	idPlayground: 'meta-llama/Llama-3.3-70B-Instruct',
	contextWindow: value,
	priceCentsPerBillionTokensInput: value,
	priceCentsPerBillionTokensOutput: value,
	modalitiesInput: value,
	label: value,
}));

/** The catalog has no hints, only no prices. */
export const catalogFaults: SideFault[] = [
	...connectionFaults,
	...statusFaults,
	...contentFaults,
	named('models with strange values', body(JSON.stringify({ models: [null, 1, ...strange] }))),
	named('reset in the body', { kind: 'reset', where: 'inBody' }),
];
