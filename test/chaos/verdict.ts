import type { ChaosFault, Outcome } from './faults';
import { isHit, type CellReport, type Mode } from './modes';
import { answerOf } from './rows';

/** What the fault should come to in this mode. */
export function outcomeOf(fault: ChaosFault, mode: Mode): Outcome {
	if (mode.node === 'sub-node' && fault.inSubNode) return fault.inSubNode;
	if (mode.isLive && fault.live) return fault.live;
	return mode.isStreamed ? fault.streamed : fault.whole;
}

/** What a row should come to: some rows are never hit, others only once. */
function outcomeOfRow(fault: ChaosFault, mode: Mode, row: number): Outcome {
	const outcome = outcomeOf(fault, mode);
	const isPassing = !isHit(fault, row, 2);
	const isOvercome = typeof outcome === 'object' && outcome.requests !== 1;
	return !isHit(fault, row, 1) || (isPassing && isOvercome) ? 'answered' : outcome;
}

/** Everything about a cell that is not as it should be, in words; nothing when all is well. */
export function problemsOf(fault: ChaosFault, mode: Mode, report: CellReport): string[] {
	const { requests, leftOpen, misplaced } = report;
	const problems = mode.onError === 'Stop' ? stopProblems(fault, mode, report) : [];
	if (report.stopped === undefined) {
		requests.forEach((_, row) => problems.push(...rowProblems(fault, mode, report, row)));
	}
	if (misplaced > 0) problems.push(`${misplaced} items lost, doubled or swapped`);
	if (leftOpen > 0) problems.push(`${leftOpen} requests left open`);
	return problems;
}

function stopProblems(fault: ChaosFault, mode: Mode, { stopped, requests }: CellReport): string[] {
	const failing = requests.flatMap((_, row) => {
		const outcome = outcomeOfRow(fault, mode, row);
		return typeof outcome === 'object' ? [{ row, ...outcome }] : [];
	});
	if (stopped === undefined) {
		return failing.length > 0 ? ['the run went on although an item had failed'] : [];
	}
	const position = Number(/\[item (\d+)\]$/.exec(stopped)?.[1] ?? 0);
	const failed = failing.find(({ row }) => row === position);
	if (!failed?.message.test(stopped)) return [`the run ended with: ${stopped}`];
	const most = Math.max(...requests.filter((_, row) => row !== position));
	return most > 2 && failed.requests !== 'several' ? [`${most} requests for one row`] : [];
}

function rowProblems(fault: ChaosFault, mode: Mode, report: CellReport, row: number): string[] {
	const outcome = outcomeOfRow(fault, mode, row);
	const answer = report.answers[row];
	const failure = report.failures[row];
	const problems: string[] = [];
	const expected = outcome === 'answered' ? undefined : messageOf(outcome);
	if (expected === undefined && answer !== answerOf(row)) {
		problems.push(`row ${row} came out as: ${answer ?? failure ?? 'nothing'}`);
	}
	if (expected && !expected.test(failure ?? '')) {
		problems.push(`row ${row} should fail but came out as: ${failure ?? answer ?? 'nothing'}`);
	}
	if (mode.isLive) problems.push(...shownProblems(report, row));
	const sent = report.requests[row] ?? 0;
	const due = requestsDue(fault, mode, row);
	if (due !== undefined && sent !== due) problems.push(`row ${row}: ${sent} requests, not ${due}`);
	return problems;
}

function messageOf(outcome: Exclude<Outcome, 'answered'>): RegExp {
	return outcome === 'waiting' ? /cancelled|abort/i : outcome.message;
}

/** The requests of one row; nothing where only time bounds them or no service counts them. */
function requestsDue(fault: ChaosFault, mode: Mode, row: number): number | undefined {
	if (fault.isStorm || fault.fault === undefined) return undefined;
	const outcome = outcomeOf(fault, mode);
	if (outcome === 'answered' || !isHit(fault, row, 1)) return 1;
	if (outcome === 'waiting') return undefined;
	if (outcome.requests !== 'several') return outcome.requests;
	return isHit(fault, row, 2) ? undefined : 2;
}

/** A person sees each piece of text once, and never the text of two attempts. */
function shownProblems({ shown, answers }: CellReport, row: number): string[] {
	const text = shown[row] ?? '';
	if (answers[row] === undefined ? answerOf(row).startsWith(text) : text === answers[row])
		return [];
	return [`a person saw of row ${row}: ${text}`];
}
