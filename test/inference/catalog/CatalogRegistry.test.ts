/* eslint-disable @n8n/community-nodes/no-restricted-globals -- not shipped: runs outside n8n */
import { CatalogRegistry } from '../../../inference/catalog/CatalogRegistry';
import { defaultWeaveUrl } from '../../../inference/http/connection';
import { createPublicTransport } from '../../../inference/http/transport';
import { createExecuteContext } from '../../../tools/engine/createExecuteContext';
import type { Fault } from '../../../tools/simulator/simulator';
import { FakeClock } from '../../support/fakeClock';
import { useSimulator } from '../../support/useSimulator';
import { waitUntil } from '../../support/waitUntil';

const simulator = useSimulator();
const model = 'openai/gpt-oss-20b';
const minuteMs = 60_000;

let clock: FakeClock;
let registry: CatalogRegistry;
const unhandled: unknown[] = [];
const onUnhandled = (reason: unknown) => void unhandled.push(reason);

beforeAll(() => process.on('unhandledRejection', onUnhandled));
beforeEach(() => {
	clock = new FakeClock();
	registry = new CatalogRegistry(clock);
});
afterEach(() => expect(unhandled).toEqual([]));
afterAll(() => process.off('unhandledRejection', onUnhandled));

/** Opens the catalog at `weaveUrl` like a client does; by default, that of the simulator. */
function open(weaveUrl: string | undefined = simulator.weaveUrl, baseUrl = simulator.baseUrl) {
	return registry.open({ baseUrl, weaveUrl }, (address) =>
		createPublicTransport(createExecuteContext({ baseUrl }), address),
	);
}

function failWith(fault: Fault, times = Infinity): void {
	simulator.fault({ path: 'catalog', times, fault });
}

const withBody = (body: string | Buffer, status = 200): Fault => {
	return { kind: 'body', status, contentType: 'application/json', body };
};

const catalogBody = (fields: object = {}, more = '') =>
	JSON.stringify({ models: [{ idPlayground: model, label: 'Text', ...fields }], more });

test('knows the models once they are loaded, whatever the case of the ID', async () => {
	const catalog = open();
	expect(catalog.known(model)).toBeUndefined();
	await catalog.load();
	expect(catalog.known(model)).toMatchObject({
		id: model,
		contextWindow: 131_072,
		inputUsdPerMillion: 0.03,
		outputUsdPerMillion: 0.13,
	});
	expect(catalog.known('OpenAI/GPT-OSS-20B')).toBe(catalog.known(model));
	expect(simulator.requests).toMatchObject([{ method: 'GET', path: '/inference/catalog/models' }]);
});

test.each(['wandb-artifact:///team/project/name:v1', '__proto__', 'constructor', ''])(
	'does not know the model %j',
	async (id) => {
		const catalog = open();
		await catalog.load();
		expect(catalog.known(id)).toBeUndefined();
	},
);

test('is loaded in the background as soon as it is opened', async () => {
	const catalog = open();
	await waitUntil(() => catalog.known(model) !== undefined);
});

test('is requested once by any number of executions at once, and shared by them', async () => {
	const catalogs = Array.from({ length: 60 }, () => open());
	await Promise.all(catalogs.map(async (catalog) => await catalog.load()));
	expect(catalogs.every((catalog) => catalog.known(model) !== undefined)).toBe(true);
	expect(open().known(model)).toBeDefined();
	expect(simulator.requests).toHaveLength(1);
});

test('is separate for each address', async () => {
	failWith(withBody('{"models":[]}'), 1);
	await open().load();
	const other = open(`${simulator.weaveUrl}/`);
	await other.load();
	expect(open().known(model)).toBeUndefined();
	expect(simulator.requests[1]?.path).toBe('//inference/catalog/models');
});

test('is kept for ten minutes, then loaded again while what is known remains', async () => {
	await open().load();
	await clock.advance(10 * minuteMs - 1);
	await open().load();
	expect(simulator.requests).toHaveLength(1);
	failWith(withBody(catalogBody({ label: 'New' })));
	await clock.advance(1);
	const catalog = open();
	expect(catalog.known(model)?.label).toBe('GPT OSS 20B');
	await catalog.load();
	expect(catalog.known(model)).toEqual({ id: model, label: 'New', features: [] });
	expect(simulator.requests).toHaveLength(2);
});

test('is loaded again during a long execution', async () => {
	failWith({ kind: 'status', status: 503 }, 1);
	const catalog = open();
	await catalog.load();
	expect(catalog.known(model)).toBeUndefined();
	await clock.advance(minuteMs);
	await waitUntil(() => catalog.known(model) !== undefined);
	expect(simulator.requests).toHaveLength(2);
});

describe('is optional', () => {
	const failures: Array<[string, Fault]> = [
		['is not found', { kind: 'status', status: 404 }],
		['is overloaded', { kind: 'status', status: 503 }],
		['answers no content', withBody('', 204)],
		['resets the connection', { kind: 'reset', where: 'beforeHeaders' }],
		['breaks off in its body', { kind: 'reset', where: 'inBody' }],
		['is a web page', { kind: 'body', contentType: 'text/html', body: '<html>Welcome</html>' }],
		['is empty', withBody('')],
		['is cut off', withBody('{"models":[{"idPlayground":"openai/gpt-oss-20b"')],
		['has no models', withBody('{"models":null}')],
		['is a list', withBody(`[{"idPlayground":"${model}"}]`)],
		['is too large', withBody(catalogBody({}, 'x'.repeat(2 * 1024 * 1024)))],
		['is nested too deeply', withBody(`{"models":${'['.repeat(900_000)}`)],
		['is not text', withBody(Buffer.from([0xff, 0xfe, 0x00, 0x80]))],
	];

	test.each(failures)(
		'if it %s, nothing is known, and it is tried after a minute',
		async (_, fault) => {
			failWith(fault, 1);
			const catalog = open();
			await catalog.load();
			await clock.advance(minuteMs - 1);
			await open().load();
			expect(catalog.known(model)).toBeUndefined();
			expect(simulator.requests).toHaveLength(1);
			await clock.advance(1);
			await open().load();
			expect(catalog.known(model)).toBeDefined();
			expect(simulator.requests).toHaveLength(2);
		},
	);

	test('if it cannot be loaded again, what is known remains', async () => {
		await open().load();
		failWith({ kind: 'status', status: 500 });
		await clock.advance(10 * minuteMs);
		await open().load();
		expect(open().known(model)?.inputUsdPerMillion).toBe(0.03);
	});

	test('a large catalog is read as long as it has at most 2 MB', async () => {
		failWith(withBody(catalogBody({}, 'x'.repeat(2_000_000))));
		const catalog = open();
		await catalog.load();
		expect(catalog.known(model)).toBeDefined();
	});

	test('a body without an end is not read to its end', async () => {
		failWith({
			kind: 'custom',
			handle: (_, response) => {
				const piece = 'x'.repeat(100_000);
				const write = () => {
					while (!response.destroyed && response.write(piece));
				};
				response.on('drain', write).writeHead(200);
				write();
			},
		});
		await open().load();
		await waitUntil(() => simulator.requests[0]?.outcome === 'aborted');
	});

	test('a redirect is not followed', async () => {
		const headers = { location: '/v1/models' };
		failWith({ kind: 'body', status: 302, body: '', headers });
		await open().load();
		expect(simulator.requests).toHaveLength(1);
	});

	test.each<[string, Fault]>([
		['sends nothing', { kind: 'stall', where: 'beforeHeaders' }],
		['stops in its body', { kind: 'stall', where: 'inBody' }],
	])('if it %s, waiting ends after 3 seconds, and the request after 10', async (_, fault) => {
		failWith(fault);
		const catalog = open();
		const loading = catalog.load();
		await waitUntil(() => simulator.requests.length === 1);
		expect(await clock.runUntil(loading)).toBeUndefined();
		expect(clock.now()).toBe(3000);
		expect(catalog.known(model)).toBeUndefined();
		await clock.advance(6999);
		expect(simulator.requests[0]?.outcome).toBeUndefined();
		await clock.advance(1);
		await waitUntil(() => simulator.requests[0]?.outcome === 'aborted');
		expect(clock.pendingCount).toBe(0);
	});

	test('no timer remains once it is loaded', async () => {
		await open().load();
		expect(clock.pendingCount).toBe(0);
	});
});

describe('is only used where it is right', () => {
	const openTo = (weaveUrl: string | undefined, baseUrl: string) => {
		const createTransport = jest.fn(() => async () => await Promise.reject(new Error('No')));
		const catalog = registry.open({ baseUrl, weaveUrl }, createTransport);
		return { catalog, createTransport };
	};
	const wandb = 'https://api.inference.wandb.ai/v1';

	test.each([
		['a gateway and the default address', defaultWeaveUrl, 'http://localhost:4000/v1'],
		['the default address with a slash', `${defaultWeaveUrl}/`, 'http://localhost:4000/v1'],
		[
			'a host that only looks like it',
			defaultWeaveUrl,
			'https://api.inference.wandb.ai.evil.com/v1',
		],
		['no address', undefined, wandb],
	])('never with %s', async (_, weaveUrl, baseUrl) => {
		const { catalog, createTransport } = openTo(weaveUrl, baseUrl);
		await catalog.load();
		expect(catalog.known(model)).toBeUndefined();
		expect(createTransport).not.toHaveBeenCalled();
	});

	test.each([
		["W&B's own service", defaultWeaveUrl, wandb],
		['a gateway and an address of its own', 'http://localhost:4001', 'http://localhost:4000/v1'],
	])('with %s', (_, weaveUrl, baseUrl) => {
		expect(openTo(weaveUrl, baseUrl).createTransport).toHaveBeenCalledWith(weaveUrl);
	});
});
