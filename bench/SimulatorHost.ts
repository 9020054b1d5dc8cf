/* eslint-disable @n8n/community-nodes/no-dangerous-functions, @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- not shipped: runs outside n8n */
import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { SimulatorOptions, Statistics } from '../tools/simulator/simulator';

export type SimulatorOrder =
	| { id: number; kind: 'start'; options: SimulatorOptions }
	| { id: number; kind: 'statistics' | 'close'; baseUrl: string };

export interface SimulatorAnswer {
	id: number;
	baseUrl: string;
	statistics?: Statistics;
}

/** One simulator of the other process. */
export interface RemoteSimulator {
	baseUrl: string;
	readStatistics(): Promise<Statistics>;
	close(): Promise<void>;
}

type Request = SimulatorOrder extends infer Order
	? Order extends SimulatorOrder
		? Omit<Order, 'id'>
		: never
	: never;

/** Runs simulators in a process of their own, so that they take no time from what is measured. */
export class SimulatorHost {
	private readonly child: ChildProcess = fork(join(__dirname, 'simulatorProcess.ts'), {
		serialization: 'advanced',
	});

	private readonly waiting = new Map<number, (answer: SimulatorAnswer) => void>();

	private lastId = 0;

	constructor() {
		this.child.on('message', (answer: SimulatorAnswer) => {
			this.waiting.get(answer.id)?.(answer);
			this.waiting.delete(answer.id);
		});
	}

	/** A new simulator on a new port: to the node it is an account that it knows nothing about. */
	async start(options: SimulatorOptions): Promise<RemoteSimulator> {
		const { baseUrl } = await this.ask({ kind: 'start', options });
		return {
			baseUrl,
			readStatistics: async () => {
				const { statistics } = await this.ask({ kind: 'statistics', baseUrl });
				if (!statistics) throw new Error(`No simulator at ${baseUrl}.`);
				return statistics;
			},
			close: async () => void (await this.ask({ kind: 'close', baseUrl })),
		};
	}

	end(): void {
		if (this.child.connected) this.child.disconnect();
	}

	private async ask(request: Request): Promise<SimulatorAnswer> {
		this.lastId += 1;
		const id = this.lastId;
		return await new Promise((resolve) => {
			this.waiting.set(id, resolve);
			this.child.send({ ...request, id });
		});
	}
}
