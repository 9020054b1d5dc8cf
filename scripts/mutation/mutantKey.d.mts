import type { Mutant } from '@stryker-mutator/api/core';

export function mutantKey(
	mutant: Pick<Mutant, 'fileName' | 'location' | 'mutatorName' | 'replacement'>,
): string;
