import { NodeApiError, NodeOperationError, type INode } from 'n8n-workflow';
import {
	InferenceError,
	type InferenceErrorDetails,
	type InferenceErrorKind,
} from '../../../inference/InferenceError';
import { toErrorJson, toNodeError } from '../../../nodes/shared/nodeError';

const node: INode = {
	id: '1',
	name: 'Chat',
	type: 'chat',
	typeVersion: 1,
	position: [0, 0],
	parameters: {},
};
const alone = { itemIndex: 0, itemCount: 1 };

function failed(details: Partial<InferenceErrorDetails> = {}, attempts = 1): InferenceError {
	const error = new InferenceError('It broke', { kind: 'server', advice: 'Mend it.', ...details });
	error.attempts = attempts;
	return error;
}

describe('the error that n8n shows', () => {
	test('says what happened and what to do, with its status and item', () => {
		const error = toNodeError(node, failed({ status: 503 }), { itemIndex: 3, itemCount: 9 });
		expect(error).toBeInstanceOf(NodeApiError);
		expect(error).toMatchObject({
			message: 'It broke [item 3]',
			description: 'Mend it.',
			httpCode: '503',
			context: { itemIndex: 3 },
		});
	});

	test('names no item where there is only one, and no status where there is none', () => {
		expect(toNodeError(node, failed(), alone)).toMatchObject({
			message: 'It broke',
			description: 'Mend it.',
			httpCode: null,
		});
	});

	test('counts the requests from the second on, and gives the ID for support', () => {
		const error = toNodeError(node, failed({ requestId: 'req-7' }, 2), alone);
		expect(error.description).toBe(
			'Mend it. 2 requests were sent for this item. Request ID: req-7',
		);
	});

	test('counts the items that had succeeded, unless a person stopped the run', () => {
		const place = { itemIndex: 1, itemCount: 4, succeeded: 1 };
		expect(toNodeError(node, failed(), place).description).toBe(
			"Mend it. 1 of 4 items had succeeded: set 'On Error' to 'Continue' in the node's settings to keep them next time.",
		);
		const stopped = failed({ kind: 'cancelled' });
		expect(toNodeError(node, stopped, place).description).toBe('Mend it.');
		expect(toNodeError(node, failed(), { ...place, succeeded: 0 }).description).toBe('Mend it.');
	});

	test.each<InferenceErrorKind>(['parameter', 'credential', 'cancelled'])(
		'is not one of the API where the kind is %s',
		(kind) => {
			const error = toNodeError(node, failed({ kind }), { itemIndex: 2, itemCount: 3 });
			expect(error).toBeInstanceOf(NodeOperationError);
			expect(error).toMatchObject({
				message: 'It broke [item 2]',
				description: 'Mend it.',
				context: { itemIndex: 2 },
			});
		},
	);

	test.each([new TypeError('A surprise'), 'A surprise'])('passes on a surprise: %p', (error) => {
		expect(toNodeError(node, error, { itemIndex: 2, itemCount: 3 })).toMatchObject({
			message: 'A surprise',
			context: { itemIndex: 2 },
		});
	});
});

describe('the item that a failure leaves behind', () => {
	test('holds all that is known', () => {
		expect(toErrorJson(failed({ status: 503, requestId: 'req-7' }, 3))).toEqual({
			error: 'It broke',
			details: {
				kind: 'server',
				status: 503,
				advice: 'Mend it.',
				attempts: 3,
				requestId: 'req-7',
			},
		});
	});

	test('leaves out a status and an ID that there are not', () => {
		expect(Object.keys(toErrorJson(failed()).details as object)).toEqual([
			'kind',
			'advice',
			'attempts',
		]);
	});

	test.each([new TypeError('A surprise'), 'A surprise'])('words a surprise: %p', (error) => {
		expect(toErrorJson(error)).toEqual({ error: 'A surprise', details: {} });
	});
});
