import type { TokenUsage } from '../completion/completionParts';
import { addUsd } from './costUsd';

/** The sum of the tokens of two requests. Its cost is only known if both are. */
export function addUsage(
	left: TokenUsage | undefined,
	right: TokenUsage | undefined,
): TokenUsage | undefined {
	if (!left && !right) return undefined;
	const { costUsd: leftCost, ...leftCounts } = left ?? {};
	const { costUsd: rightCost, ...rightCounts } = right ?? {};
	const cost = addUsd(leftCost, rightCost);
	const sum: TokenUsage = { ...leftCounts };
	for (const [name, count] of Object.entries(rightCounts)) {
		const key = name as keyof typeof rightCounts;
		sum[key] = (sum[key] ?? 0) + count;
	}
	return { ...sum, ...(cost === undefined ? {} : { costUsd: cost }) };
}
