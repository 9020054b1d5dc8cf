import { InferenceError } from '../../inference/InferenceError';
import { sendWithReasoning } from '../../inference/sendWithReasoning';

const messages = [{ role: 'user', content: 'Hello' }];

/** Sends to a model that refuses reasoning; the result is how often. */
async function requestsFor(account: object, model: string): Promise<number> {
	let sent = 0;
	let resent = 0;
	await sendWithReasoning(messages, {
		account,
		model,
		recall: () => [...messages],
		send: async (withReasoning) => {
			sent += 1;
			const facts = { kind: 'badRequest', status: 400, parameter: 'reasoning' } as const;
			if (withReasoning !== messages) throw new InferenceError('Unknown field', facts);
			return await Promise.resolve();
		},
		onResend: () => {
			resent += 1;
		},
	});
	expect(resent).toBe(sent - 1);
	return sent;
}

test('a model that refused reasoning is remembered for its account only', async () => {
	const [account, other] = [{}, {}];
	expect(await requestsFor(account, 'model')).toBe(2);
	expect(await requestsFor(account, 'model')).toBe(1);
	expect(await requestsFor(account, 'another')).toBe(2);
	expect(await requestsFor(other, 'model')).toBe(2);
});

test('of many models, the one that refused first is forgotten', async () => {
	const account = {};
	for (let number = 0; number <= 100; number += 1) await requestsFor(account, `model ${number}`);
	expect(await requestsFor(account, 'model 100')).toBe(1);
	expect(await requestsFor(account, 'model 1')).toBe(1);
	expect(await requestsFor(account, 'model 0')).toBe(2);
});
