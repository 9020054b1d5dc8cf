import type { JsonObject } from './jsonObject';
import { readTopics, writeSentences } from './prose';
import type { Random } from './random';

const quotingNames = /summary|title|subject|headline|text|topic|name|query|question|description/i;
const proseNames = /answer|reply|reason|explanation|advice|comment|note|message|body/i;
const properNames = /city|location|place|country|company|customer|person|author/i;
const quotedWords = 10;

function firstWords(text: string): string {
	return text.trim().split(/\s+/).slice(0, quotedWords).join(' ');
}

/** A capitalised word inside the text, which is likely to be a place, a person or a company. */
function properName(text: string): string | undefined {
	return /(?<=\S\s)\p{Lu}\p{Ll}{2,}/u.exec(text)?.[0];
}

function fitLength(text: string, schema: JsonObject): string {
	const { minLength, maxLength } = schema;
	let fitted = text;
	while (typeof minLength === 'number' && [...fitted].length < minLength) fitted += `${text}. `;
	if (typeof maxLength !== 'number') return fitted;
	return [...fitted].slice(0, maxLength).join('');
}

/** A string for the property of that name: a summary repeats the user's words, an answer is prose. */
export function writeSchemaText(
	random: Random,
	schema: JsonObject,
	propertyName: string,
	userText: string,
): string {
	const topics = readTopics(userText);
	let text = random.pick(topics) as string;
	if (/language|locale/i.test(propertyName)) text = 'en';
	else if (properNames.test(propertyName)) text = properName(userText) ?? text;
	else if (proseNames.test(propertyName)) text = writeSentences(random, topics, 1);
	else if (quotingNames.test(propertyName)) text = firstWords(userText) || text;
	return fitLength(text, schema);
}
