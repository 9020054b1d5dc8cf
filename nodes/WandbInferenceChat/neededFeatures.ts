import type { ChatParameters } from './readParameters';

/** The features that an item needs of its model, as the catalog calls them. */
export function neededFeatures({
	request,
	hasImages,
}: Pick<ChatParameters, 'request' | 'hasImages'>): string[] {
	const { tools, responseFormat, extraBody } = request;
	return [
		...(tools.length > 0 || extraBody.tools !== undefined ? ['tools'] : []),
		...(hasImages ? ['vision'] : []),
		...(responseFormat.type === 'json_schema' ? ['structured output'] : []),
	];
}
