/* eslint-disable @n8n/community-nodes/no-restricted-imports -- not shipped: runs outside n8n */
import { loadavg } from 'node:os';
import type { Measurement } from './runBatches';

const headings = [
	...['Workers', 'Service', 'Limit', 'Items', 'Seconds', 'Optimum', 'Of optimum', 'Of one worker'],
	...['Requests/item', '429', '503', 'Most at once'],
];

/** A table of the measurements. */
export function formatMeasurements(measurements: Measurement[]): string {
	const rows = measurements.map((measurement) => rowOf(measurement, measurements));
	const widths = headings.map((heading, column) =>
		Math.max(heading.length, ...rows.map((row) => row[column]!.length)),
	);
	const lines = [headings, ...rows].map((row) =>
		row.map((cell, column) => cell.padEnd(widths[column]!)).join('  '),
	);
	const load = loadavg().map((average) => average.toFixed(1));
	return [
		...lines,
		`Load of this machine in the last 1, 5, and 15 minutes: ${load.join(', ')}`,
	].join('\n');
}

function rowOf(measurement: Measurement, all: Measurement[]): string[] {
	const { workers, scenario, seconds, optimumSeconds, requests, byStatus } = measurement;
	const alone = all.find((other) => other.scenario === scenario && other.workers === 1);
	return [
		...[String(workers), scenario.name, String(scenario.limit), String(scenario.itemCount)],
		...[seconds.toFixed(1), optimumSeconds.toFixed(1), (seconds / optimumSeconds).toFixed(2)],
		alone ? (seconds / alone.seconds).toFixed(2) : '-',
		(requests / scenario.itemCount).toFixed(2),
		...[429, 503].map((status) => String(byStatus[status] ?? 0)),
		String(measurement.maxInFlight),
	];
}
