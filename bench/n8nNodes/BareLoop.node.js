/**
 * The least that an n8n node can do: sends the same body for every item with n8n's authenticated
 * HTTP helper. It resolves no expressions, handles no errors, and returns raw responses. It does not
 * parse streams.
 */
class BareLoop {
	description = {
		displayName: 'Bare Loop',
		name: 'bareLoop',
		group: ['transform'],
		version: 1,
		description: 'Sends one request per item',
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
	const chunks = [];
	for await (const chunk of body) chunks.push(chunk);
	return { text: Buffer.concat(chunks).toString() };
}

module.exports = { BareLoop };
