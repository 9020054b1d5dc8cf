import type { Random } from './random';

/** Words that suggest a value. A value's own name always suggests it. */
const evidence: ReadonlyArray<{ values: RegExp; words: RegExp }> = [
	{
		values: /^(positive|happy|satisfied|good)$/i,
		words:
			/\b(great|thanks?|thank you|love|loved|excellent|perfect|amazing|happy|good|nice|helpful|fast|wonderful|awesome)\b/gi,
	},
	{
		values: /^(negative|angry|unhappy|dissatisfied|bad|complaint)$/i,
		words:
			/\b(terrible|broken|awful|worst|hate|angry|disappointed|disappointing|bad|slow|late|refund|useless|crash(es|ed)?|never arrived|damaged|rude|unacceptable)\b/gi,
	},
	{ values: /^(neutral|mixed|medium|normal)$/i, words: /\b(okay|ok|average|fine|decent)\b/gi },
	{
		values: /^(urgent|high|critical|p0|p1)$/i,
		words:
			/\b(urgent|urgently|asap|immediately|outage|down|today|emergency|critical|right now)\b/gi,
	},
	{
		values: /^(low|minor|p3|p4)$/i,
		words: /\b(whenever|no rush|no hurry|minor|typo|small|someday)\b/gi,
	},
	{
		values: /(billing|payment|invoice|finance|refund)/i,
		words: /\b(invoice|billing|bill|charged?|refund|payment|paid|card|subscription|price)\b/gi,
	},
	{
		values: /(technical|bug|tech|support|incident|error)/i,
		words:
			/\b(error|crash(es|ed)?|bug|broken|log ?in|password|fails?|failed|not working|down|slow)\b/gi,
	},
	{
		values: /(shipping|delivery|logistics|order)/i,
		words:
			/\b(delivery|delivered|shipping|shipped|parcel|package|arrived?|courier|tracking|order)\b/gi,
	},
	{
		values: /(feature|suggestion|idea)/i,
		words: /\b(feature|would be nice|suggest|suggestion|could you add|wish|idea)\b/gi,
	},
	{
		values: /(question|general|other|inquiry)/i,
		words: /\b(how do|how can|what is|where|question)\b|\?/gi,
	},
];

/**
 * The value that the text suggests most, so that simulated classifications look plausible. If the
 * text suggests none, a neutral value such as `medium` or `other`, or else a random one.
 */
export function pickByAffinity(
	random: Random,
	values: readonly [unknown, ...unknown[]],
	text: string,
): unknown {
	let best: unknown;
	let bestScore = 0;
	for (const value of values) {
		const valueScore = typeof value === 'string' ? score(value, text) : 0;
		if (valueScore > bestScore) [best, bestScore] = [value, valueScore];
	}
	if (bestScore > 0) return best;
	const undecided = values.find(
		(value) => typeof value === 'string' && /^(neutral|medium|normal|other|general)$/i.test(value),
	);
	return undecided ?? random.pick(values);
}

function score(value: string, text: string): number {
	const name = value.replace(/[_-]+/g, ' ').toLowerCase();
	const nameScore = name.length > 2 && text.toLowerCase().includes(name) ? 2 : 0;
	return evidence
		.filter(({ values }) => values.test(value))
		.reduce((sum, { words }) => sum + countMatches(text, words), nameScore);
}

function countMatches(text: string, pattern: RegExp): number {
	return [...text.matchAll(pattern)].length;
}
