/* eslint-disable @n8n/community-nodes/no-restricted-globals -- not shipped: runs outside n8n */
import { startProcessGroup } from './processGroup';
import { SetupProblem } from './SetupProblem';

const progressIntervalMs = 10_000;
const shownLines = 15;
/** Without a network npm would wait for more than a minute before it says so. */
const retryArguments = ['--fetch-retries=2', '--fetch-retry-maxtimeout=10000'];
const commonArguments = ['--loglevel=http', '--no-audit', '--no-fund', ...retryArguments];

export interface NpmRun {
	/** What it is for, as it appears in progress and in problems: "Installing n8n 2.41.1". */
	purpose: string;
	arguments: string[];
	folder: string;
	environment: NodeJS.ProcessEnv;
	report: (line: string) => void;
	signal?: AbortSignal;
}

const networkProblem =
	/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ERR_SOCKET_TIMEOUT/;

function explain(lines: string[]): string {
	const output = lines.join('\n');
	if (networkProblem.test(output)) {
		return 'The npm registry could not be reached. Check the network or the proxy and try again.';
	}
	if (/ENOSPC/.test(output)) {
		return 'The disk is full. Free some space, or set N8N_NODES_WANDB_CACHE to a folder on a larger disk.';
	}
	const tail = lines.slice(-shownLines).join('\n');
	if (/gyp ERR!/.test(output)) {
		return `A native module did not compile: python3, make and a C++ compiler are needed.\n\n${tail}`;
	}
	return `npm said:\n\n${tail}`;
}

/** Runs npm to its end, telling every ten seconds how far it is; a failure says what to change. */
export async function runNpm(run: NpmRun): Promise<void> {
	run.signal?.throwIfAborted();
	const startedAtMs = Date.now();
	const elapsedSeconds = () => Math.round((Date.now() - startedAtMs) / 1000);
	let fetchedPackages = 0;
	run.report(`${run.purpose} ...`);
	const npm = startProcessGroup({
		command: 'npm',
		arguments: [...run.arguments, ...commonArguments],
		folder: run.folder,
		environment: run.environment,
		onLine: (line) => {
			if (/^npm http fetch GET 200 .*\.tgz/.test(line)) fetchedPackages += 1;
		},
	});
	const progress = setInterval(() => {
		const fetched = fetchedPackages > 0 ? `, ${fetchedPackages} packages fetched` : '';
		run.report(`${run.purpose} ... ${elapsedSeconds()} s${fetched}`);
	}, progressIntervalMs);
	const stop = () => void npm.stop(2000);
	run.signal?.addEventListener('abort', stop, { once: true });
	try {
		const exitCode = await npm.exited;
		run.signal?.throwIfAborted();
		if (exitCode === 0) return;
	} finally {
		clearInterval(progress);
		run.signal?.removeEventListener('abort', stop);
	}
	const lines = npm.lines().filter((line) => !line.startsWith('npm http'));
	throw new SetupProblem(`${run.purpose} failed. ${explain(lines)}`);
}
