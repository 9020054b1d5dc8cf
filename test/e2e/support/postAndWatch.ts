/** A piece of a streamed response and when it arrived. */
export interface Arrival {
	type: string;
	content: string;
	itemIndex?: number;
	atMs: number;
}

interface Chunk {
	type: string;
	content?: string;
	metadata?: { itemIndex?: number };
}

/** Posts to a streaming webhook or chat and records each piece as it arrives. */
export async function postAndWatch(
	url: string,
	body: object,
	onArrival: (arrival: Arrival) => void = () => {},
): Promise<Arrival[]> {
	const response = await fetch(url, {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify(body),
	});
	if (!response.ok || !response.body) {
		throw new Error(`${url} responded with ${response.status}: ${await response.text()}`);
	}
	const arrivals: Arrival[] = [];
	const decoder = new TextDecoder();
	let rest = '';
	for await (const bytes of response.body) {
		const lines = (rest + decoder.decode(bytes as Uint8Array, { stream: true })).split('\n');
		rest = lines.pop() ?? '';
		for (const line of lines.filter((text) => text.trim() !== '')) {
			const { type, content = '', metadata } = JSON.parse(line) as Chunk;
			const arrival = { type, content, itemIndex: metadata?.itemIndex, atMs: performance.now() };
			arrivals.push(arrival);
			onArrival(arrival);
		}
	}
	if (rest.trim() !== '') throw new Error(`The stream ended in the middle of a piece: ${rest}`);
	return arrivals;
}

/** The pieces of the answer's text. */
export function textPieces(arrivals: Arrival[]): Arrival[] {
	return arrivals.filter(({ type, content }) => type === 'item' && content !== '');
}

/** The whole text of the answer. */
export function textOf(arrivals: Arrival[]): string {
	return textPieces(arrivals)
		.map(({ content }) => content)
		.join('');
}
