import type { ChatMessage } from './chatRequest';
import type { JsonFormat } from './jsonAnswers/readJsonAnswer';
import type { Rejection } from './jsonAnswers/rejectionOf';

/**
 * The messages that ask the model to correct its answer. They contain the schema, because a gateway
 * or model that ignores `response_format` has not seen it.
 */
export function repairMessages({ text, problems }: Rejection, format: JsonFormat): ChatMessage[] {
	const list = problems.map(({ path, message }) => `- ${path || 'The answer'} ${message}`);
	const wanted =
		format.type === 'json_schema'
			? `a JSON value that matches this schema: ${JSON.stringify(format.schema)}`
			: 'a JSON object';
	const content = [
		'Your answer is not valid:',
		...list,
		`Reply again with the corrected answer. It must be ${wanted}`,
		'Reply with the JSON only, without any other text.',
	].join('\n');
	const answer = text.trim() === '' ? [] : [{ role: 'assistant', content: text }];
	return [...answer, { role: 'user', content }];
}
