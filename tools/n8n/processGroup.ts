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
	/** Called with each line on stdout and stderr. */
	onLine?: (line: string) => void;
}

export interface ProcessGroup {
	/** Absent if the program could not be started. */
	processId: number | undefined;
	/** Resolves with the exit code, or `null` if the program was killed by a signal. */
	exited: Promise<number | null>;
	isRunning(): boolean;
	/** The most recent output lines, oldest first. */
	lines(): string[];
	/** Asks the program to exit, and kills the whole group if that takes too long. */
	stop(graceMs: number): Promise<void>;
}

/**
 * Starts a program in its own process group. Ctrl+C in the terminal then reaches only this process,
 * which can shut everything down in order, and no child process outlives it.
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
	// A program that cannot be started emits only an error.
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

function signalGroup(groupId: number, signal: NodeJS.Signals): void {
	try {
		process.kill(-groupId, signal);
	} catch (error) {
		// Not `instanceof Error`: in a jest test, Node's own errors are of another realm.
		const { code } = error as { code?: unknown };
		// macOS reports EPERM if the group's last process has exited but was not yet reaped.
		if (code !== 'ESRCH' && code !== 'EPERM') throw error;
	}
}
