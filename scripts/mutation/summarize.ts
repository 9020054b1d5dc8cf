import type { MutantStatus } from '@stryker-mutator/api/core';
import { confidenceInterval } from './confidenceInterval';
import { mutantKey } from './mutantKey.mjs';
import type { TestedMutant } from './testMutants';

export interface Summary {
	/** The share of mutants that the tests noticed. */
	score: number;
	text: string;
}

const percent = (share: number) => `${(100 * share).toFixed(1)}%`;

/** Whether no test noticed the mutant. */
export function isMissed({ status }: TestedMutant): boolean {
	return status === 'Survived' || status === 'NoCoverage';
}

/**
 * Counts the mutants by status. Those that run only while a module loads are left out, because
 * Stryker would have to load every test file again for each of them. Those that timed out are listed,
 * because on a busy machine the tests may just have been slow.
 */
export function summarize(results: TestedMutant[]): Summary {
	const having = (wanted: MutantStatus) => results.filter(({ status }) => status === wanted);
	const noticed = having('Killed').length + having('Timeout').length;
	const missed = results.filter(isMissed);
	const tested = noticed + missed.length;
	const score = noticed / tested;
	const [low, high] = confidenceInterval(noticed, tested);
	const lines = [
		...[...missed, ...having('Timeout')].map(
			(mutant) => `${statusOf(mutant)}: ${mutantKey(mutant)}`,
		),
		'',
		`${having('Killed').length} killed, ${having('Timeout').length} timed out, ` +
			`${having('Survived').length} survived, ${having('NoCoverage').length} run by no test, ` +
			`${results.length - tested} not tested because they only run while a module loads.`,
		`Score ${percent(score)}, between ${percent(low)} and ${percent(high)} with a probability of 95%.`,
	];
	return { score, text: lines.join('\n') };
}

function statusOf({ status }: TestedMutant): string {
	if (status === 'Timeout') return 'Timed out';
	return status === 'NoCoverage' ? 'Not run' : 'Survived';
}
