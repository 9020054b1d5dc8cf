import type { MessageContent } from './LangChainModel';

/** The text of a message's content, without its images and other parts. */
export function contentText(content: MessageContent = ''): string {
	return typeof content === 'string' ? content : content.map((block) => block?.text ?? '').join('');
}
