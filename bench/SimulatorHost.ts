/* eslint-disable @n8n/community-nodes/no-dangerous-functions, @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- not shipped: runs outside n8n */
import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { SimulatorOptions, Statistics } from '../tools/simulator/simulator';

export type SimulatorCommand =
	| { id: number; kind: 'start'; options: SimulatorOptions; overloadMs?: number }
	| { id: number; kind: 'statistics' | 'close'; baseUrl: string }
	| { id: number; kind: 'limit'; baseUrl: string; limit: number };

export interface SimulatorReply {
	id: number;
	baseUrl: string;
	statistics?: Statistics;
}

/** A simulator in the other process. */
export interface RemoteSimulator {
	baseUrl: string;
	readStatistics(): Promise<Statistics>;
	setConcurrencyLimit(limit: number): Promise<void>;
	close(): Promise<void>;
}

type CommandWithoutId = SimulatorCommand extends infer Command
	? Command extends SimulatorCommand
		? Omit<Command, 'id'>
		: never
	: never;

/** Runs simulators in a separate process, so that they do not slow down the measured code. */
export class SimulatorHost {
	private readonly child: ChildProcess = fork(join(__dirname, 'simulatorProcess.ts'), {
		serialization: 'advanced',
	});

	private readonly pending = new Map<number, (reply: SimulatorReply) => void>();

	private lastId = 0;

	constructor() {
		this.child.on('message', (reply: SimulatorReply) => {
			this.pending.get(reply.id)?.(reply);
			this.pending.delete(reply.id);
		});
	}

	/**
	 * Starts a simulator on a new port. To the node, it is a new account with an unknown limit. From
	 * the first chat on, it responds to all chats with a 503 for `overloadMs`.
	 */
	async start(options: SimulatorOptions, overloadMs?: number): Promise<RemoteSimulator> {
		const { baseUrl } = await this.send({ kind: 'start', options, overloadMs });
		return {
			baseUrl,
			readStatistics: async () => {
				const { statistics } = await this.send({ kind: 'statistics', baseUrl });
				if (!statistics) throw new Error(`No simulator at ${baseUrl}.`);
				return statistics;
			},
			setConcurrencyLimit: async (limit) =>
				void (await this.send({ kind: 'limit', baseUrl, limit })),
			close: async () => void (await this.send({ kind: 'close', baseUrl })),
		};
	}

	end(): void {
		if (this.child.connected) this.child.disconnect();
	}

	private async send(command: CommandWithoutId): Promise<SimulatorReply> {
		this.lastId += 1;
		const id = this.lastId;
		return await new Promise((resolve) => {
			this.pending.set(id, resolve);
			this.child.send({ ...command, id });
		});
	}
}
