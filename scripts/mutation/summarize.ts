import type { MutantStatus } from '@stryker-mutator/api/core';
import { confidenceInterval } from './confidenceInterval';
import { mutantKey } from './mutantKey.mjs';
import type { TestedMutant } from './testMutants';

export interface Summary {
	/** The share of mutants that the tests noticed. */
	score: number;
	text: string;
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

/** Whether no test noticed the mutant. */
export function isMissed({ status }: TestedMutant): boolean {
	return status === 'Survived' || status === 'NoCoverage';
}

/**
 * Counts what became of the mutants. Those that run only while a module loads are left out, because
 * Stryker would have to load every test file again for each of them.
 */
export function summarize(results: TestedMutant[]): Summary {
	const having = (...statuses: MutantStatus[]) =>
		results.filter(({ status }) => statuses.includes(status));
	const noticed = having('Killed', 'Timeout').length;
	const missed = results.filter(isMissed);
	const tested = noticed + missed.length;
	const score = noticed / tested;
	const [low, high] = confidenceInterval(noticed, tested);
	const lines = [
		...missed.map((mutant) => `${statusOf(mutant)}: ${mutantKey(mutant)}`),
		'',
		`${having('Killed').length} killed, ${having('Timeout').length} timed out, ` +
			`${having('Survived').length} survived, ${having('NoCoverage').length} run by no test, ` +
			`${results.length - tested} not tested because they only run while a module loads.`,
		`Score ${percent(score)}, between ${percent(low)} and ${percent(high)} with a probability of 95 %.`,
	];
	return { score, text: lines.join('\n') };
}

function statusOf({ status }: TestedMutant): string {
	return status === 'NoCoverage' ? 'Not run' : 'Survived';
}
