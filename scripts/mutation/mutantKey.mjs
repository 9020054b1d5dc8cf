import path from 'node:path';

/**
 * Identifies a mutant across runs and processes, because Stryker numbers the mutants of each run
 * anew. Lines and columns count from 1, as in editors.
 */
export function mutantKey({ fileName, location, mutatorName, replacement }) {
	const file = path.relative(process.cwd(), path.resolve(fileName));
	const [start, end] = [location.start, location.end].map(
		({ line, column }) => `${line + 1}:${column + 1}`,
	);
	return `${file}:${start}-${end} ${mutatorName} ${replacement}`;
}
