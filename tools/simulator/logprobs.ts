import type { JsonObject } from './jsonObject';
import { hashText, Random } from './random';

const alternatives = [
	' the',
	' a',
	' it',
	' is',
	' to',
	'.',
	',',
	' and',
	' one',
	' this',
] as const;

/**
 * The log probability of a token, in OpenAI's format. The token itself comes first in its
 * `top_logprobs`. The same token at the same position of a choice gets the same values.
 */
export function writeLogprob(
	token: string,
	position: number,
	choiceSeed: number,
	topCount: number,
): JsonObject {
	const random = new Random(hashText(token, choiceSeed + position));
	const chosen = -2 * random.next() ** 3 - 0.000001;
	const top = [tokenLogprob(token, chosen)];
	let logprob = chosen;
	while (top.length < topCount) {
		logprob -= 0.3 + random.next();
		top.push(tokenLogprob(alternatives[top.length % alternatives.length] ?? ' the', logprob));
	}
	return { ...tokenLogprob(token, chosen), top_logprobs: top.slice(0, topCount) };
}

function tokenLogprob(token: string, logprob: number): JsonObject {
	return { token, logprob: Number(logprob.toFixed(6)), bytes: [...Buffer.from(token)] };
}
