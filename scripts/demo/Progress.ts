/* eslint-disable @n8n/community-nodes/no-restricted-globals -- not shipped: runs outside n8n */
import type { ChatTraffic } from './ChatTraffic';

const barColumns = 24;

/** Shows how far the run is: one line that changes on a terminal, else a line for every quarter. */
export class Progress {
	private shownQuarter = 0;

	constructor(
		private readonly total: number,
		private readonly stream: NodeJS.WriteStream = process.stdout,
	) {}

	show(traffic: ChatTraffic): void {
		const line = this.describe(traffic);
		if (this.stream.isTTY) {
			this.stream.write(`\r\u001b[2K${line}`);
			return;
		}
		const quarter = Math.floor((4 * traffic.completed) / this.total);
		if (quarter > this.shownQuarter) this.stream.write(`${line}\n`);
		this.shownQuarter = Math.max(quarter, this.shownQuarter);
	}

	/** Leaves the cursor on a line of its own. */
	end(): void {
		if (this.stream.isTTY) this.stream.write('\n');
	}

	private describe({ sent, completed, byStatus }: ChatTraffic): string {
		const filled = Math.min(barColumns, Math.round((barColumns * completed) / this.total));
		const bar = '█'.repeat(filled) + '░'.repeat(barColumns - filled);
		const refused = [...byStatus].filter(([status]) => status !== 200);
		const refusals = refused.map(([status, count]) => `, ${count} × ${status}`).join('');
		return `${bar} ${completed} of ${this.total} answered, ${sent} requests sent${refusals}`;
	}
}
