/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/require-node-api-error, no-console -- not shipped: runs outside n8n */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import manifest from '../package.json';
import { cacheFolder } from '../tools/n8n/cacheFolder';
import { packPackage } from '../tools/n8n/communityPackage';
import {
	createN8nClient,
	type CredentialInput,
	type N8nClient,
} from '../tools/n8n/createN8nClient';
import { ensureN8n } from '../tools/n8n/ensureN8n';
import { importExamples } from '../tools/n8n/importExamples';
import { readPort, requireFreePort } from '../tools/n8n/ports';
import { RestError } from '../tools/n8n/RestSession';
import { SetupProblem } from '../tools/n8n/SetupProblem';
import { startN8n, type RunningN8n } from '../tools/n8n/startN8n';
import { loadStartState, saveStartState, type StartState } from '../tools/n8n/startState';
import { openService, type Service } from './openService';

const packageFolder = join(__dirname, '..');
const shownLines = 8;

async function main(): Promise<void> {
	const stop = new AbortController();
	for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
		process.on(name, () => {
			if (!stop.signal.aborted) console.log('\nStopping...');
			stop.abort();
		});
	}
	try {
		await runUntilStopped(stop.signal);
	} catch (error) {
		if (stop.signal.aborted) return;
		console.error(error instanceof SetupProblem ? `\n${error.message}` : error);
		process.exitCode = 1;
	}
}

/** Runs n8n until the signal aborts or n8n exits. Stops everything it started before it returns. */
async function runUntilStopped(signal: AbortSignal): Promise<void> {
	const port = readPort(process.env.N8N_PORT ?? '5678');
	await requireFreePort(port);
	const program = await ensureN8n({ report: console.log, signal });
	const tarball = await buildPackage(signal);
	const userFolder = join(cacheFolder(), 'user', program.version);
	const service = await openService({ timeToFirstTokenMs: 200, tokensPerSecond: 80 });
	try {
		console.log(`Starting n8n ${program.version}...`);
		const n8n = await startN8n({ program, userFolder, port, package: { tarball }, signal });
		try {
			const state = await setUpN8n(n8n, service, userFolder);
			printAddress(n8n, state, service);
			const stopped = new Promise((resolve) => signal.addEventListener('abort', resolve));
			await Promise.race([stopped, n8n.exited]);
			if (!signal.aborted) throw new SetupProblem(`n8n exited unexpectedly.\n\n${n8n.logs()}`);
		} finally {
			await n8n.stop();
		}
	} finally {
		await service.close();
	}
}

async function buildPackage(signal: AbortSignal): Promise<string> {
	console.log('Building the package...');
	try {
		await promisify(execFile)('npm', ['run', 'build'], { cwd: packageFolder, signal });
	} catch (error) {
		signal.throwIfAborted();
		const output = error instanceof Error && 'stdout' in error ? String(error.stdout) : '';
		throw new SetupProblem(`The build failed.\n\n${output}${String(error)}`);
	}
	return await packPackage(packageFolder, join(cacheFolder(), 'packed'));
}

async function setUpN8n(
	n8n: RunningN8n,
	service: Service,
	userFolder: string,
): Promise<StartState> {
	const state = await loadStartState(userFolder);
	const client = createN8nClient(n8n.url);
	await logIn(client, state, userFolder);
	await requireLoadedPackage(client, n8n);
	const credential = await client.saveCredential(toCredential(service));
	const folder = join(packageFolder, 'examples');
	const { examples, imported } = await importExamples(client, folder, credential, state.examples);
	const newState = { ...state, examples };
	await saveStartState(userFolder, newState);
	const total = Object.keys(examples).length;
	console.log(`Examples: ${total} (${imported.length} imported or updated).`);
	return newState;
}

async function logIn(client: N8nClient, { owner }: StartState, userFolder: string): Promise<void> {
	try {
		await client.logIn(owner);
	} catch (error) {
		if (!(error instanceof RestError && error.status === 401)) throw error;
		throw new SetupProblem(
			`The owner's password was changed in n8n. Enter the new one in ${join(userFolder, 'start.json')}, ` +
				'or delete that folder to start over.',
		);
	}
}

/** n8n also starts if it cannot load the package, so check that the nodes are there. */
async function requireLoadedPackage(client: N8nClient, n8n: RunningN8n): Promise<void> {
	const loaded = await client.listNodeTypes(manifest.name);
	// A node that agents can use as a tool is listed twice: as itself and as `...Tool`.
	const nodes = loaded.filter((name) => !name.endsWith('Tool'));
	if (nodes.length === manifest.n8n.nodes.length) return;
	const lines = n8n.logs().split('\n');
	const failure = lines.findIndex((line) => line.includes(manifest.name));
	const excerpt = lines.slice(Math.max(0, failure), failure + shownLines).join('\n');
	throw new SetupProblem(
		`n8n did not load the nodes of this package (${nodes.length} of ${manifest.n8n.nodes.length}).\n\n${excerpt}`,
	);
}

function toCredential({ credential }: Service): CredentialInput {
	return { name: 'W&B Inference account', type: 'wandbInferenceApi', data: { ...credential } };
}

function printAddress(n8n: RunningN8n, { owner }: StartState, service: Service): void {
	console.log(`
n8n is ready at ${n8n.url}

  Email:          ${owner.email}
  Password:       ${owner.password}
  W&B Inference:  ${describe(service)}

Press Ctrl+C to stop.`);
}

function describe({ isSimulated, credential }: Service): string {
	return isSimulated
		? `simulator at ${credential.baseUrl} (set WANDB_API_KEY to use the real service)`
		: `${credential.baseUrl} with WANDB_API_KEY`;
}

void main();
