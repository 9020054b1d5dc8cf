/**
 * The least that a node of n8n can do: the same body for every item through n8n's authenticated
 * HTTP helper, so many at once. It reads no expression, survives no fault and keeps the raw answers,
 * those of a stream unread.
 */
class BareLoop {
	description = {
		displayName: 'Bare Loop',
		name: 'bareLoop',
		group: ['transform'],
		version: 1,
		description: 'Sends one request for each item',
		defaults: { name: 'Bare Loop' },
		inputs: ['main'],
		outputs: ['main'],
		credentials: [{ name: 'wandbInferenceApi', required: true }],
		properties: [
			{ displayName: 'URL', name: 'url', type: 'string', default: '' },
			{ displayName: 'Body', name: 'body', type: 'json', default: '{}' },
			{ displayName: 'Concurrency', name: 'concurrency', type: 'number', default: 1 },
		],
	};

	async execute() {
		const url = this.getNodeParameter('url', 0);
		const body = JSON.parse(this.getNodeParameter('body', 0));
		const concurrency = this.getNodeParameter('concurrency', 0);
		const output = new Array(this.getInputData().length);
		let next = 0;
		const worker = async () => {
			while (next < output.length) {
				const item = next;
				next += 1;
				const options = { method: 'POST', url, body };
				const send = this.helpers.httpRequestWithAuthentication;
				const json = body.stream
					? await readStream(
							await send.call(this, 'wandbInferenceApi', { ...options, encoding: 'stream' }),
						)
					: await send.call(this, 'wandbInferenceApi', { ...options, json: true });
				output[item] = { json, pairedItem: { item } };
			}
		};
		await Promise.all(Array.from({ length: concurrency }, worker));
		return [output];
	}
}

async function readStream(body) {
	const pieces = [];
	for await (const bytes of body) pieces.push(bytes);
	return { text: Buffer.concat(pieces).toString() };
}

module.exports = { BareLoop };
