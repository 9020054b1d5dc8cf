/* eslint-disable @n8n/community-nodes/no-restricted-globals -- not shipped: runs outside n8n */
import type { ChatTraffic } from './ChatTraffic';

const barColumns = 24;

/** Shows progress: a line that updates itself in a terminal, otherwise a new line per 25%. */
export class Progress {
	private shownQuarter = 0;

	constructor(private readonly total: number) {}

	show(traffic: ChatTraffic): void {
		const line = this.describe(traffic);
		if (process.stdout.isTTY) {
			process.stdout.write(`\r\u001b[2K${line}`);
			return;
		}
		const quarter = Math.floor((4 * traffic.completed) / this.total);
		if (quarter > this.shownQuarter) process.stdout.write(`${line}\n`);
		this.shownQuarter = Math.max(quarter, this.shownQuarter);
	}

	/** Moves the cursor to a new line. */
	end(): void {
		if (process.stdout.isTTY) process.stdout.write('\n');
	}

	private describe({ sent, completed, byStatus }: ChatTraffic): string {
		const filled = Math.min(barColumns, Math.round((barColumns * completed) / this.total));
		const bar = '█'.repeat(filled) + '░'.repeat(barColumns - filled);
		const failed = [...byStatus].filter(([status]) => status !== 200);
		const failures = failed.map(([status, count]) => `, ${count} × ${status}`).join('');
		return `${bar} ${completed} of ${this.total} answered, ${sent} requests sent${failures}`;
	}
}
