import { mutantKey } from './mutantKey.mjs';

/** Stryker runs only the mutants that its checkers accept, so this one rejects the rest. */
class SampleChecker {
	static inject = ['options'];

	constructor({ sampledMutants }) {
		this.sampled = new Set(sampledMutants);
	}

	async init() {}

	async group(mutants) {
		return [mutants.map(({ id }) => id)];
	}

	async check(mutants) {
		return Object.fromEntries(
			mutants.map((mutant) => {
				const isSampled = this.sampled.has(mutantKey(mutant));
				const result = { status: 'compileError', reason: 'Not in the sample' };
				return [mutant.id, isSampled ? { status: 'passed' } : result];
			}),
		);
	}
}

export const strykerPlugins = [{ kind: 'Checker', name: 'sample', injectableClass: SampleChecker }];
