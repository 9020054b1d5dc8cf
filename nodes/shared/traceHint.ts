import type { NodeExecutionHint } from 'n8n-workflow';
import type { TraceReport } from '../../inference/weave/TraceQueue';
import { foreignKeyAdvice, traceAdvice } from './advice';

/** Says what was lost of the traces of a run, if anything was. */
export function traceHint({
	refused,
	error,
	dropped,
	open,
}: TraceReport): NodeExecutionHint | undefined {
	const sentences = [
		...(refused > 0 && error
			? [
					`${refused === 1 ? '1 trace' : `${refused} traces`} could not be sent to Weave: ${error.message}. ${traceAdvice(error)}`,
				]
			: []),
		...(dropped > 0
			? [
					`${tracesWere(dropped)} left out because Weave did not take them fast enough, or because they were too large.`,
				]
			: []),
		...(open > 0
			? [`${tracesWere(open)} still being sent to Weave when the run ended, and may be lost.`]
			: []),
	];
	return sentences.length === 0 ? undefined : warning(sentences.join(' '));
}

/** Says that a run has no traces because of its credential. */
export const foreignKeyHint = warning(`No traces were sent to Weave: ${foreignKeyAdvice}`);

function warning(message: string): NodeExecutionHint {
	return { message, type: 'warning', location: 'outputPane' };
}

function tracesWere(count: number): string {
	return count === 1 ? '1 trace was' : `${count} traces were`;
}
