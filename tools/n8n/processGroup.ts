/* eslint-disable @n8n/community-nodes/no-dangerous-functions, @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/require-node-api-error -- not shipped: runs outside n8n */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

const keptLines = 2000;

export interface ProcessGroupOptions {
	command: string;
	arguments: string[];
	folder: string;
	environment: NodeJS.ProcessEnv;
	/** Called with each line that the program prints, from both of its outputs. */
	onLine?: (line: string) => void;
}

export interface ProcessGroup {
	/** Absent when the program could not be started. */
	processId: number | undefined;
	/** Settles when the program has ended: its exit code, or null when a signal ended it. */
	exited: Promise<number | null>;
	isRunning(): boolean;
	/** The last lines that the program printed, oldest first. */
	lines(): string[];
	/** Asks the program to end, and ends it and all that it started when it takes too long. */
	stop(graceMs: number): Promise<void>;
}

function signalGroup(groupId: number, signal: NodeJS.Signals): void {
	try {
		process.kill(-groupId, signal);
	} catch (error) {
		const code = error instanceof Error && 'code' in error ? error.code : undefined;
		// macOS answers EPERM for a group whose last member has ended but was not yet collected.
		if (code !== 'ESRCH' && code !== 'EPERM') throw error;
	}
}

function keepLines(child: ChildProcess, onLine: ProcessGroupOptions['onLine']): string[] {
	const lines: string[] = [];
	for (const input of [child.stdout, child.stderr]) {
		if (!input) continue;
		createInterface({ input }).on('line', (line) => {
			if (lines.push(line) > keptLines) lines.shift();
			onLine?.(line);
		});
	}
	return lines;
}

/**
 * Starts a program in a process group of its own: a Ctrl-C in the terminal reaches only us, so that
 * we decide the order in which things end, and no descendant outlives this process.
 */
export function startProcessGroup(options: ProcessGroupOptions): ProcessGroup {
	const child = spawn(options.command, options.arguments, {
		cwd: options.folder,
		env: options.environment,
		stdio: ['ignore', 'pipe', 'pipe'],
		detached: true,
	});
	const lines = keepLines(child, options.onLine);
	let running = true;
	const killAll = () => child.pid && signalGroup(child.pid, 'SIGKILL');
	process.once('exit', killAll);
	const settle = () => {
		running = false;
		killAll();
		process.removeListener('exit', killAll);
	};
	child.once('exit', settle);
	const exited = once(child, 'close').then(([exitCode]) => exitCode as number | null);
	// A program that cannot be started emits an error and nothing else.
	exited.catch(settle);

	return {
		processId: child.pid,
		exited,
		isRunning: () => running,
		lines: () => [...lines],
		async stop(graceMs) {
			if (running && child.pid) signalGroup(child.pid, 'SIGTERM');
			const force = setTimeout(killAll, graceMs);
			await exited.catch(() => null);
			clearTimeout(force);
		},
	};
}
