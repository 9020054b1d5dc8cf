import type { JsonObject } from './jsonObject';
import { extractTopics, writeSentences } from './prose';
import type { Random } from './random';

const echoingNames = /summary|title|subject|headline|text|topic|name|query|question|description/i;
const proseNames = /answer|reply|reason|explanation|advice|comment|note|message|body/i;
const properNames = /city|location|place|country|company|customer|person|author/i;
const quotedWords = 10;

/** Writes a string that suits the property's name; a summary, for example, quotes the user. */
export function writeSchemaText(
	random: Random,
	schema: JsonObject,
	propertyName: string,
	userText: string,
): string {
	const topics = extractTopics(userText);
	let text = random.pick(topics) as string;
	if (/language|locale/i.test(propertyName)) text = 'en';
	else if (/currency/i.test(propertyName)) text = currencyCode(userText) ?? text;
	else if (properNames.test(propertyName)) text = properName(userText) ?? text;
	else if (proseNames.test(propertyName)) text = writeSentences(random, topics, 1);
	else if (echoingNames.test(propertyName)) text = firstWords(userText) || text;
	return fitLength(text, schema);
}

/** A capitalized word in the text, which is probably a place, a person, or a company. */
function properName(text: string): string | undefined {
	return /(?<=\S\s)\p{Lu}\p{Ll}{2,}/u.exec(text)?.[0];
}

function currencyCode(text: string): string | undefined {
	return /\b[A-Z]{3}\b/.exec(text)?.[0];
}

function firstWords(text: string): string {
	return text.trim().split(/\s+/).slice(0, quotedWords).join(' ');
}

function fitLength(text: string, schema: JsonObject): string {
	const { minLength, maxLength } = schema;
	let fitted = text;
	while (typeof minLength === 'number' && [...fitted].length < minLength) fitted += `${text}. `;
	if (typeof maxLength !== 'number') return fitted;
	return [...fitted].slice(0, maxLength).join('');
}
