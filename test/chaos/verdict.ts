import type { ChaosFault, Outcome } from './faults';
import { isHit, type CellReport, type Mode } from './modes';
import { answerOf } from './rows';

/** A client that pauses between its requests sends fewer for one row. */
const maxRetriedRequests = 60;

/** The expected outcome of the fault in this mode. */
export function outcomeOf(fault: ChaosFault, mode: Mode): Outcome {
	if (mode.node === 'sub-node' && fault.inSubNode) return fault.inSubNode;
	if (mode.isLive && fault.live) return fault.live;
	return mode.isStreamed ? fault.streamed : fault.whole;
}

/** The expected outcome of one row: some rows are never hit, others only once. */
function outcomeOfRow(fault: ChaosFault, mode: Mode, row: number): Outcome {
	const outcome = outcomeOf(fault, mode);
	const isTemporary = !isHit(fault, row, 2);
	const isOvercome = outcome === 'waiting' ? !fault.holdsModel : isRetried(outcome);
	return !isHit(fault, row, 1) || (isTemporary && isOvercome) ? 'answered' : outcome;
}

function isRetried(outcome: Exclude<Outcome, 'waiting'>): boolean {
	return outcome !== 'answered' && outcome.requests !== 1;
}

/** Describes everything in a report that differs from the expected outcome. */
export function problemsOf(fault: ChaosFault, mode: Mode, report: CellReport): string[] {
	const { requests, leftOpen, misplaced } = report;
	const problems = [...report.problems];
	if (mode.onError === 'Stop') problems.push(...stopProblems(fault, mode, report));
	if (report.stopped === undefined) {
		requests.forEach((_, row) => problems.push(...rowProblems(fault, mode, report, row)));
	}
	if (misplaced > 0) problems.push(`${misplaced} items are lost, duplicated, or swapped`);
	if (leftOpen > 0) problems.push(`${leftOpen} requests left open`);
	return problems;
}

function stopProblems(fault: ChaosFault, mode: Mode, { stopped, requests }: CellReport): string[] {
	const failing = requests.flatMap((_, row) => {
		const outcome = outcomeOfRow(fault, mode, row);
		return typeof outcome === 'object' ? [{ row, ...outcome }] : [];
	});
	if (stopped === undefined) {
		return failing.length > 0 ? ['the run continued although an item failed'] : [];
	}
	const position = Number(/\[item (\d+)\]$/.exec(stopped)?.[1] ?? 0);
	if (fault.holdsModel && /^The model is overloaded/.test(stopped)) return [];
	const failed = failing.find(({ row }) => row === position);
	if (!failed?.message.test(stopped)) return [`the run ended with: ${stopped}`];
	const maximum = Math.max(...requests.filter((_, row) => row !== position));
	const allowed = failed.requests === 'several' ? maxRetriedRequests : 2 + requestsBefore(mode);
	return maximum > allowed ? [`${maximum} requests for one row`] : [];
}

function rowProblems(fault: ChaosFault, mode: Mode, report: CellReport, row: number): string[] {
	const outcome = outcomeOfRow(fault, mode, row);
	const answer = report.answers[row];
	const failure = report.failures[row];
	if (fault.holdsModel && answer === undefined) return heldProblems(fault, mode, report, row);
	const problems: string[] = [];
	const expected = outcome === 'answered' ? undefined : messageOf(outcome);
	if (expected === undefined && answer !== answerOf(row)) {
		problems.push(`row ${row} returned: ${answer ?? failure ?? 'nothing'}`);
	}
	if (expected && !expected.test(failure ?? '')) {
		problems.push(`row ${row} should fail but returned: ${failure ?? answer ?? 'nothing'}`);
	}
	if (mode.isLive) problems.push(...shownProblems(report, row));
	const sent = report.requests[row] ?? 0;
	if (sent > maxRetriedRequests) problems.push(`row ${row}: ${sent} requests, without a pause`);
	const wanted = expectedRequests(fault, mode, row);
	if (wanted !== undefined && sent !== wanted) {
		problems.push(`row ${row}: ${sent} requests instead of ${wanted}`);
	}
	return problems;
}

const requestsBefore = ({ feature }: Mode): number => feature?.requestsBefore ?? 0;

/** A row that failed while the service wanted no requests for the model: it is hit at most once. */
function heldProblems(fault: ChaosFault, mode: Mode, report: CellReport, row: number): string[] {
	const failure = report.failures[row] ?? '';
	const sent = (report.requests[row] ?? 0) - requestsBefore(mode);
	const wasHit = sent > 0 && isHit(fault, row, 1);
	const expected =
		mode.node === 'sub-node'
			? /cancelled|abort|overloaded/i
			: wasHit
				? /^The engine is currently overloaded/
				: /^The model is overloaded/;
	if (expected.test(failure) && sent <= (wasHit ? 1 : 0)) return [];
	return [`row ${row}, held back, returned: ${failure} after ${sent} requests`];
}

function messageOf(outcome: Exclude<Outcome, 'answered'>): RegExp {
	return outcome === 'waiting' ? /cancelled|abort/i : outcome.message;
}

/** Number of requests for one row; `undefined` if only time limits them or no service counts them. */
function expectedRequests(fault: ChaosFault, mode: Mode, row: number): number | undefined {
	if (fault.hits || fault.fault === undefined) return undefined;
	const outcome = outcomeOf(fault, mode);
	const before = requestsBefore(mode);
	if (outcome === 'answered' || !isHit(fault, row, 1)) return before + 1;
	if (outcome === 'waiting') return undefined;
	if (outcome.requests !== 'several') return before + outcome.requests;
	return isHit(fault, row, 2) ? undefined : before + 2;
}

/** The user must see each piece of text once and never the text of two attempts. */
function shownProblems({ shown, answers }: CellReport, row: number): string[] {
	const text = shown[row] ?? '';
	if (answers[row] === undefined ? answerOf(row).startsWith(text) : text === answers[row])
		return [];
	return [`the user saw for row ${row}: ${text}`];
}
