/* eslint-disable @n8n/community-nodes/no-restricted-globals -- not shipped: runs outside n8n */
import { startProcessGroup } from './processGroup';
import { SetupProblem } from './SetupProblem';

const progressIntervalMs = 10_000;
const shownLines = 15;
/** By default, npm retries for more than a minute before it reports a network error. */
const retryArguments = ['--fetch-retries=2', '--fetch-retry-maxtimeout=10000'];
const commonArguments = ['--loglevel=http', '--no-audit', '--no-fund', ...retryArguments];

export interface NpmRun {
	/** Shown in progress and error messages, for example "Installing n8n 2.41.1". */
	purpose: string;
	arguments: string[];
	folder: string;
	environment: NodeJS.ProcessEnv;
	report: (line: string) => void;
	signal?: AbortSignal;
}

const networkProblem =
	/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ERR_SOCKET_TIMEOUT/;

/** Runs npm and reports progress. Throws a `SetupProblem` with advice if npm fails. */
export async function runNpm(run: NpmRun): Promise<void> {
	run.signal?.throwIfAborted();
	const startedAtMs = Date.now();
	const elapsedSeconds = () => Math.round((Date.now() - startedAtMs) / 1000);
	let downloadedPackages = 0;
	run.report(`${run.purpose}...`);
	const npm = startProcessGroup({
		command: 'npm',
		arguments: [...run.arguments, ...commonArguments],
		folder: run.folder,
		environment: run.environment,
		onLine: (line) => {
			if (/^npm http fetch GET 200 .*\.tgz/.test(line)) downloadedPackages += 1;
		},
	});
	const progress = setInterval(() => {
		const downloads = downloadedPackages > 0 ? `, ${downloadedPackages} packages downloaded` : '';
		run.report(`${run.purpose}... ${elapsedSeconds()} s${downloads}`);
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

function explain(lines: string[]): string {
	const output = lines.join('\n');
	if (networkProblem.test(output)) {
		return 'Could not reach the npm registry. Check your network connection or proxy and try again.';
	}
	if (/ENOSPC/.test(output)) {
		return 'The disk is full. Free up some space, or set N8N_NODES_WANDB_CACHE to a folder on a larger disk.';
	}
	const tail = lines.slice(-shownLines).join('\n');
	if (/gyp ERR!/.test(output)) {
		return `A native module could not be compiled. Install python3, make and a C++ compiler.\n\n${tail}`;
	}
	return `Output of npm:\n\n${tail}`;
}
