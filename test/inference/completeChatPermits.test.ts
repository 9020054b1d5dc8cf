import type { Permit } from '../../inference/pacing/Permit';
import type { TransportResponse } from '../../inference/http/transport';
import { event } from '../support/cannedResponse';
import {
	acquireFrom,
	createGovernor,
	errorResponse,
	messages,
	request,
	responseWith,
	sendChat as send,
	streamOf,
	success,
} from '../support/sendChat';

describe('the permit that completeChat is given', () => {
	const noRetry = {
		maxRetries: 0,
		countsOverloads: true,
		retryOn: new Set<never>(),
		maxWaitMs: 0,
	};

	test.each<[string, () => TransportResponse, string[]]>([
		['an answer in a stream', success, ['accepted', 'succeeded']],
		['an answer in one piece', responseWith(200, '{"choices":[{"message":{}}]}'), ['succeeded']],
		['a stream that ends early', streamOf([]), ['accepted', 'ended']],
		['an error in a stream', streamOf([event({ error: 'x' })]), ['accepted', 'ended']],
		['a rejection', errorResponse(429, '', { 'retry-after-ms': '7' }), ['rejected']],
		[
			'a rate limit',
			errorResponse(429, 'Slow down', { 'retry-after-ms': '7' }),
			['unavailable rateLimit 7'],
		],
		[
			'an overload',
			errorResponse(503, 'busy', { 'retry-after-ms': '7' }),
			['unavailable overloaded 7'],
		],
		['an overload without a time', errorResponse(503, 'busy'), ['unavailable overloaded']],
		['a quota that is used up', errorResponse(429, 'Check your quota'), ['ended']],
		['an error of the server', errorResponse(500, 'broken'), ['ended']],
	])('learns of %s', async (_, response, ends) => {
		const { clock, governor } = createGovernor();
		const calls: string[] = [];
		const permit: Permit = {
			governor,
			waitedMs: 0,
			use: (model) => calls.push(`use ${model}`) > 0,
			sent: () => void calls.push('sent'),
			accepted: () => void calls.push('accepted'),
			succeeded: () => void calls.push('succeeded'),
			rejected: () => void calls.push('rejected'),
			unavailable: (reason, retryAfterMs) =>
				void calls.push(`unavailable ${reason} ${retryAfterMs ?? ''}`.trim()),
			ended: () => void calls.push('ended'),
		};
		const readMessages = async () => {
			calls.push('read');
			return await Promise.resolve(messages);
		};
		const respondOnce = () => {
			calls.push('transport');
			return response();
		};
		const options = { permit, retryPolicy: noRetry };
		const source = { ...request, readMessages };
		await send([respondOnce], options, source, { clock, governor }).outcome.catch(() => undefined);
		expect(calls).toEqual(['use first', 'read', 'sent', 'transport', ...ends]);
	});

	test('is used for the first request only', async () => {
		const { clock, governor } = createGovernor();
		const permit = await acquireFrom(governor);
		const acquire = jest.spyOn(governor, 'acquire');
		const overload = errorResponse(503, 'overloaded');
		const { sent, outcome } = send([overload], { permit }, request, { clock, governor });
		await outcome;
		expect(sent.map(({ inFlight }) => inFlight)).toEqual([1, 1]);
		expect(acquire.mock.calls.map(([{ isRetry }]) => isRetry)).toEqual([true]);
		expect(governor.isIdle).toBe(true);
	});

	test('is given back if it is for another project', async () => {
		const other = createGovernor();
		const permit = await acquireFrom(other.governor);
		const { governor, sent, outcome } = send([], { permit });
		await outcome;
		expect(sent).toMatchObject([{ inFlight: 1 }]);
		expect([other.governor.isIdle, governor.isIdle]).toEqual([true, true]);
	});

	test('is given back if the model is on hold', async () => {
		const { clock, governor } = createGovernor();
		const first = await acquireFrom(governor);
		first.use('first');
		first.unavailable('rateLimit', 700);
		const permit = await acquireFrom(governor);
		const { sent, outcome } = send([], { permit }, request, { clock, governor });
		expect(governor.inFlight).toBe(0);
		await outcome;
		expect(sent).toMatchObject([{ inFlight: 1, atMs: 700 }]);
		expect(governor.isIdle).toBe(true);
	});
});
