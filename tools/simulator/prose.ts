import type { Random } from './random';
import { countTokens, cutToTokens } from './tokens';

const sentences = [
	'The short answer is that {topic} depends on what you want to achieve.',
	'A good first step is to write down what is already known about {topic}.',
	'Most teams find that {topic} becomes simpler once the goal is clear.',
	'It helps to compare two or three options before deciding on {topic}.',
	'In practice {topic} works best when it is checked early and often.',
	'There is one point to watch: {topic} can change the result more than expected.',
	'If time is short, begin with {topic} and leave the rest for later.',
	'The details of {topic} matter less than doing it the same way each time.',
	'You can measure {topic} directly, which makes the next decision easier.',
	'Taken together, this suggests a small change to {topic} rather than a new start.',
	'Ask the people who use it every day what they think of {topic}.',
	'A table with one row for each case makes {topic} easy to review.',
	'Nothing here rules out a different view of {topic}, but the evidence is good.',
	'Once that is done, {topic} needs only a brief look every week.',
] as const;

const thoughts = [
	'The user asks about {topic}, so I should be brief and concrete.',
	'First I look at what {topic} means here.',
	'There are two ways to read {topic}; the plain one fits better.',
	'I should mention {topic} early and give one example.',
	'Checking again: nothing in the message contradicts this reading of {topic}.',
	'A short list would be too much for {topic}; a few sentences will do.',
	'That covers {topic}, so I can write the answer now.',
] as const;

const commonWords = new Set(
	'about after also because been before could does doing each every from give have here into just like make more most only other please should some such than that their them then there these they this very want were what when where which while will with would write your'.split(
		' ',
	),
);
const topicCharacters = 2000;

/** Up to six words that suggest what a message is about. */
export function extractTopics(text: string): readonly [string, ...string[]] {
	const words = text.slice(0, topicCharacters).match(/\p{L}{4,24}/gu) ?? [];
	const topics = new Set(words.filter((word) => !commonWords.has(word.toLowerCase())));
	const [first = 'the request', ...rest] = [...topics].slice(0, 6);
	return [first, ...rest];
}

/** Writes plausible English about the topics. */
export function writeSentences(
	random: Random,
	topics: readonly [string, ...string[]],
	sentenceCount: number,
): string {
	return Array.from({ length: sentenceCount }, () => write(random, sentences, topics)).join(' ');
}

/** Writes exactly `tokenCount` tokens of plausible English. May stop in mid-sentence. */
export function writeTokens(
	random: Random,
	topics: readonly [string, ...string[]],
	tokenCount: number,
): string {
	let text = write(random, sentences, topics);
	let written = countTokens(text);
	while (written < tokenCount) {
		const sentence = ` ${write(random, sentences, topics)}`;
		text += sentence;
		written += countTokens(sentence);
	}
	return cutToTokens(text, tokenCount);
}

/** Writes what a model might think before it answers. */
export function writeThoughts(
	random: Random,
	topics: readonly [string, ...string[]],
	sentenceCount: number,
): string {
	return Array.from({ length: sentenceCount }, () => write(random, thoughts, topics)).join(' ');
}

/** Writes one of the sentences about one of the topics. */
function write(
	random: Random,
	patterns: readonly [string, ...string[]],
	topics: readonly [string, ...string[]],
): string {
	return random.pick(patterns).replace('{topic}', random.pick(topics));
}
