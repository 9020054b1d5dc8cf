export interface OpenBody {
	/** What the body is by how it begins; `undefined` if that is neither, or if it is empty. */
	format?: 'events' | 'json';
	/** The whole text as it arrives, without blanks at its start. Leaving the loop early closes the connection. */
	text: AsyncGenerator<string, void, undefined>;
}

/**
 * Reads the beginning of a body to find out what it is. Gateways label streams as JSON or plain
 * text, and errors in JSON as streams, so the content type alone would lose answers.
 */
export async function openBody(
	chunks: AsyncGenerator<Uint8Array, void, undefined>,
): Promise<OpenBody> {
	const pieces = decode(chunks);
	let start = '';
	let format: OpenBody['format'];
	while (format === undefined && start.length < longestField.length) {
		const { done, value } = await pieces.next();
		if (done) break;
		start = (start + value).trimStart();
		format = formatOf(start);
	}
	return { format, text: continued(start, pieces) };
}

const longestField = 'event:';

function formatOf(start: string): OpenBody['format'] {
	if (/^[{[]/.test(start)) return 'json';
	// The fields of server-sent events, and their comments, which begin with the colon.
	return /^(data|event|id|retry)?:/.test(start) ? 'events' : undefined;
}

async function* decode(
	chunks: AsyncGenerator<Uint8Array, void, undefined>,
): AsyncGenerator<string, void, undefined> {
	const decoder = new TextDecoder();
	for await (const chunk of chunks) yield decoder.decode(chunk, { stream: true });
	yield decoder.decode();
}

async function* continued(
	start: string,
	rest: AsyncGenerator<string, void, undefined>,
): AsyncGenerator<string, void, undefined> {
	try {
		yield start;
		yield* rest;
	} finally {
		await rest.return();
	}
}
