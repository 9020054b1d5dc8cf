import { isWandb, projectIn, type Connection } from '../http/connection';
import { redact } from '../http/redact';
import type { Transport } from '../http/transport';
import type { Clock } from '../pacing/clock';
import { appUrlOf } from './appUrlOf';
import type { TraceMemory } from './TraceMemory';
import { TraceQueue, type TraceReport } from './TraceQueue';
import { WeaveWriter } from './WeaveWriter';

/** Why traces cannot be sent. */
export type TraceObstacle =
	/** There is no project in the form `team/project`, or no address. */
	| 'noPlace'
	/** The key belongs to a gateway, and must not be sent to W&B. */
	| 'foreignKey';

/** The traces of a node, in a queue for each project that its requests count towards. */
export class NodeTraces {
	private readonly queues = new Map<string, TraceQueue>();

	/** The transport that `openTransport` returns must not send a key of its own. */
	constructor(
		private readonly connection: Connection,
		private readonly openTransport: (weaveUrl: string) => Transport,
		private readonly clock: Clock,
		private readonly memory: TraceMemory,
	) {}

	/** Whether the key belongs to a gateway, so that it must not be sent to W&B. */
	get hasForeignKey(): boolean {
		const { baseUrl, weaveUrl } = this.connection;
		return isWandb(weaveUrl) && !isWandb(baseUrl);
	}

	/** The queue for a request with these headers, or why there is none. */
	queueFor(extraHeaders: Record<string, string>): TraceQueue | TraceObstacle {
		const { weaveUrl, headers } = this.connection;
		if (weaveUrl === undefined) return 'noPlace';
		if (this.hasForeignKey) return 'foreignKey';
		const named = projectIn(extraHeaders) ?? projectIn(headers);
		const project = isTeamProject(named) ? named : this.connection.project;
		if (!isTeamProject(project)) return 'noPlace';
		const queue = this.queues.get(project) ?? this.openQueue(project, weaveUrl);
		this.queues.set(project, queue);
		return queue;
	}

	/** Sends all that is waiting. Returns when that is done, but after `maxMs` at the latest. */
	async flush(maxMs: number): Promise<TraceReport> {
		await Promise.all([...this.queues.values()].map(async (queue) => await queue.flush(maxMs)));
		const report: TraceReport = { refused: 0, dropped: 0, open: 0 };
		for (const queue of this.queues.values()) {
			const { refused, error, dropped, open } = queue.report();
			report.refused += refused;
			report.dropped += dropped;
			report.open += open;
			if (error) report.error = error;
		}
		return report;
	}

	private openQueue(project: string, weaveUrl: string): TraceQueue {
		const { apiKey, headers = {} } = this.connection;
		const { clock, memory } = this;
		const place = {
			project,
			appUrl: appUrlOf(weaveUrl),
			redact: (text: string) => redact(text, { apiKey, otherKeys: Object.values(headers) }),
		};
		const writer = new WeaveWriter({ project, apiKey }, this.openTransport(weaveUrl), clock);
		return new TraceQueue(place, writer, clock, memory);
	}
}

/** OpenAI's project IDs, which gateways may use, are none of Weave's. */
function isTeamProject(project: string | undefined): project is string {
	return project !== undefined && /^[^/]+\/[^/]+$/.test(project);
}
