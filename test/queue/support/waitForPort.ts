/* eslint-disable @n8n/community-nodes/no-restricted-imports -- not shipped: runs outside n8n */
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { ProcessGroup } from '../../../tools/n8n/processGroup';

const pollIntervalMs = 100;
const timeoutMs = 60_000;

async function isOpen(port: number): Promise<boolean> {
	const socket = connect(port, '127.0.0.1');
	try {
		await once(socket, 'connect');
		return true;
	} catch {
		return false;
	} finally {
		socket.destroy();
	}
}

/** Waits until the program listens; throws its output if it exits first or takes too long. */
export async function waitForPort(port: number, program: ProcessGroup): Promise<void> {
	const deadlineMs = Date.now() + timeoutMs;
	while (!(await isOpen(port))) {
		if (program.isRunning() && Date.now() < deadlineMs) await delay(pollIntervalMs);
		else throw new Error(`Nothing is listening on port ${port}.\n\n${program.lines().join('\n')}`);
	}
}
