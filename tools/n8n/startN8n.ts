/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/require-node-api-error -- not shipped: runs outside n8n */
import { mkdir } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { installTarball, linkPackage } from './communityPackage';
import { testedVersion, type N8nProgram } from './ensureN8n';
import { n8nEnvironment } from './n8nEnvironment';
import { findFreePort, requireFreePort } from './ports';
import { startProcessGroup, type ProcessGroup } from './processGroup';
import { SetupProblem } from './SetupProblem';

const pollIntervalMs = 200;
const stopGraceMs = 10_000;
const shownLines = 20;

export interface N8nOptions {
	program: N8nProgram;
	/** Contains n8n's database and installed packages. Not deleted when n8n stops. */
	userFolder: string;
	/** Default: any free port. */
	port?: number;
	/** The community package to link from its folder or install from a tarball. */
	package?: { folder: string } | { tarball: string };
	/** Additional environment variables; override those of `n8nEnvironment`. */
	environment?: NodeJS.ProcessEnv;
	readyWithinMs?: number;
	signal?: AbortSignal;
}

export interface RunningN8n {
	url: string;
	/** The most recent lines of n8n's log. */
	logs(): string;
	/** Settles when n8n has exited, for any reason. */
	exited: Promise<number | null>;
	stop(): Promise<void>;
}

/** Starts n8n on 127.0.0.1 and waits until it is ready. `stop` leaves no process behind. */
export async function startN8n(options: N8nOptions): Promise<RunningN8n> {
	const { program, userFolder } = options;
	const port = options.port ?? (await findFreePort());
	await requireFreePort(port);
	await mkdir(userFolder, { recursive: true });
	await addPackage(options);
	const address = { port, brokerPort: await findFreePort() };
	const n8n = startProcessGroup({
		command: program.command,
		arguments: [...program.arguments, 'start'],
		// n8n reads `.env` from its working directory, so it must not start in the checkout.
		folder: userFolder,
		environment: {
			...n8nEnvironment(userFolder, program.path, address),
			// Contacts a server on every start. Older versions reject this unknown module name.
			...(program.version === testedVersion ? { N8N_DISABLED_MODULES: 'mcp-registry' } : {}),
			...options.environment,
		},
	});
	const url = `http://127.0.0.1:${port}`;
	try {
		await waitUntilReady(url, n8n, options);
	} catch (error) {
		await n8n.stop(stopGraceMs);
		throw error;
	}
	return {
		url,
		logs: () => n8n.lines().join('\n'),
		exited: n8n.exited,
		stop: async () => await n8n.stop(stopGraceMs),
	};
}

async function addPackage(options: N8nOptions): Promise<void> {
	if (!options.package) return;
	if ('folder' in options.package) await linkPackage(options.userFolder, options.package.folder);
	else await installTarball(options.userFolder, options.package.tarball);
}

async function waitUntilReady(url: string, n8n: ProcessGroup, options: N8nOptions): Promise<void> {
	const readyWithinMs = options.readyWithinMs ?? 180_000;
	const deadlineMs = Date.now() + readyWithinMs;
	while (!(await isReady(url, options.signal))) {
		options.signal?.throwIfAborted();
		const log = n8n.lines().slice(-shownLines).join('\n');
		if (!n8n.isRunning()) throw new SetupProblem(`n8n exited during startup.\n\n${log}`);
		if (Date.now() > deadlineMs) {
			throw new SetupProblem(`n8n was not ready after ${readyWithinMs / 1000} s.\n\n${log}`);
		}
		await delay(pollIntervalMs);
	}
}

async function isReady(url: string, signal: AbortSignal | undefined): Promise<boolean> {
	try {
		const response = await fetch(`${url}/healthz/readiness`, { signal });
		return response.ok;
	} catch {
		return false;
	}
}
