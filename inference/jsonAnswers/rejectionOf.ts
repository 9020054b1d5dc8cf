import type { CompletionChoice } from '../completion/chatCompletion';
import type { InferenceErrorKind, InferenceErrorReason } from '../InferenceError';
import type { AnswerProblem } from './JsonSchema';
import type { AnswerFault, JsonFormat } from './readJsonAnswer';

/** An answer that is not the requested JSON, and why. */
export interface Rejection {
	text: string;
	problems: AnswerProblem[];
	finishReason: string | null;
	kind: InferenceErrorKind;
	reason?: InferenceErrorReason;
	message: string;
	/** Whether the model may do better if it is told what is wrong. */
	canBeRepaired: boolean;
}

export function rejectionOf(
	{ message: { refusal }, finish_reason: finishReason }: CompletionChoice,
	text: string,
	fault: AnswerFault,
	format: JsonFormat,
): Rejection {
	const facts = { text, problems: fault.problems, finishReason, canBeRepaired: false };
	if (typeof refusal === 'string' && refusal !== '') {
		const message = `The model refused to answer: ${shortened(refusal)}`;
		return { ...facts, kind: 'refusal', message };
	}
	if (finishReason === 'content_filter') {
		const message = "The service's content filter stopped the answer";
		return { ...facts, kind: 'contentFilter', message };
	}
	if (finishReason === 'length') {
		const message = 'The JSON answer was cut off at the maximum number of tokens';
		return { ...facts, kind: 'invalidOutput', reason: 'tokenLimit', message };
	}
	const reason = reasonOf(fault, format);
	const message = describe(fault);
	return { ...facts, kind: 'invalidOutput', reason, message, canBeRepaired: true };
}

function reasonOf(fault: AnswerFault, format: JsonFormat): InferenceErrorReason {
	if (fault.reason === 'emptyAnswer') return 'emptyAnswer';
	if (format.type === 'json_object') return 'notJson';
	return format.strict ? 'strictSchemaIgnored' : 'schemaIgnored';
}

function describe({ reason, problems }: AnswerFault): string {
	if (reason === 'emptyAnswer') return 'The answer is empty instead of JSON';
	if (reason === 'notJson') return 'The answer is not valid JSON';
	const listed = problems
		.slice(0, maxListed)
		.map(({ path, message }) => `${path || 'it'} ${message}`);
	const more = problems.length - listed.length;
	const list = [...listed, ...(more > 0 ? [`${more} more`] : [])].join('; ');
	return `The answer does not match the schema: ${shortened(list)}`;
}

const maxListed = 3;

function shortened(text: string): string {
	return text.length > 300 ? `${text.slice(0, 299)}…` : text;
}
