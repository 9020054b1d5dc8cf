import { NodeApiError, NodeOperationError, type INode } from 'n8n-workflow';
import {
	InferenceError,
	type InferenceErrorFacts,
	type InferenceErrorKind,
} from '../../../inference/InferenceError';
import { adviceFor } from '../../../nodes/shared/advice';
import { toErrorItem, toErrorJson, toNodeError } from '../../../nodes/shared/nodeError';
import { ParameterError } from '../../../nodes/shared/ParameterError';

const node: INode = {
	id: '1',
	name: 'Chat',
	type: 'chat',
	typeVersion: 1,
	position: [0, 0],
	parameters: {},
};
const chat = 'chat' as const;
const alone = { node: chat, itemIndex: 0, itemCount: 1 };

function failed(facts: Partial<InferenceErrorFacts> = {}, attempts = 1): InferenceError {
	const error = new InferenceError('It broke', { kind: 'server', ...facts });
	error.attempts = attempts;
	return error;
}

const advice = adviceFor(failed(), 'chat');

describe('the error that n8n shows', () => {
	test('says what happened and what to do, with its status and item', () => {
		const error = toNodeError(node, failed({ status: 503 }), {
			node: chat,
			itemIndex: 3,
			itemCount: 9,
		});
		expect(error).toBeInstanceOf(NodeApiError);
		expect(error).toMatchObject({
			message: 'It broke [item 3]',
			description: advice,
			httpCode: '503',
			context: { itemIndex: 3 },
		});
	});

	test('names no item if there is only one, and no status if there is none', () => {
		expect(toNodeError(node, failed(), alone)).toMatchObject({
			message: 'It broke',
			description: advice,
			httpCode: null,
		});
	});

	test('counts the requests if there was more than one, and includes the request ID for support', () => {
		const error = toNodeError(node, failed({ requestId: 'req-7' }, 2), alone);
		expect(error.description).toBe(
			`${advice} 2 requests were sent for this item. Request ID: req-7`,
		);
	});

	test('counts the items that had succeeded, unless the user stopped the run', () => {
		const context = { node: chat, itemIndex: 1, itemCount: 4, succeeded: 1 };
		expect(toNodeError(node, failed(), context).description).toBe(
			`${advice} 1 of 4 items had succeeded. To keep them next time, set 'On Error' to 'Continue' in the node's settings.`,
		);
		const stopped = failed({ kind: 'cancelled' });
		expect(toNodeError(node, stopped, context).description).toBe(adviceFor(stopped, 'chat'));
		expect(toNodeError(node, failed(), { ...context, succeeded: 0 }).description).toBe(advice);
	});

	test.each<InferenceErrorKind>(['parameter', 'credential', 'cancelled'])(
		'is not an API error if the kind is %s',
		(kind) => {
			const error = toNodeError(node, failed({ kind }), { node: chat, itemIndex: 2, itemCount: 3 });
			expect(error).toBeInstanceOf(NodeOperationError);
			expect(error).toMatchObject({
				message: 'It broke [item 2]',
				description: adviceFor(failed({ kind }), 'chat'),
				context: { itemIndex: 2 },
			});
		},
	);

	test.each([new TypeError('Out of paper'), 'Out of paper'])(
		'passes on an unexpected error: %p',
		(error) => {
			expect(toNodeError(node, error, { node: chat, itemIndex: 2, itemCount: 3 })).toMatchObject({
				message: 'Out of paper',
				context: { itemIndex: 2 },
			});
		},
	);
});

describe('the output of a failed item', () => {
	test('contains everything that is known', () => {
		expect(toErrorJson(failed({ status: 503, requestId: 'req-7' }, 3))).toEqual({
			error: 'It broke',
			details: {
				kind: 'server',
				status: 503,
				advice,
				attempts: 3,
				requestId: 'req-7',
			},
		});
	});

	test('leaves out a missing status and request ID', () => {
		expect(Object.keys(toErrorJson(failed()).details as object)).toEqual([
			'kind',
			'advice',
			'attempts',
		]);
	});

	test.each([new TypeError('Out of paper'), 'Out of paper'])(
		'contains the message of an unexpected error: %p',
		(error) => {
			expect(toErrorJson(error)).toEqual({
				error: 'Out of paper',
				details: { kind: 'parameter', advice: 'Check the fields of the node.', attempts: 0 },
			});
		},
	);
});

test('the item of a failure says what happened and which input item it belongs to', () => {
	expect(toErrorItem(new ParameterError('It broke', 'Fix it.'), 3)).toEqual({
		json: { error: 'It broke', details: { kind: 'parameter', advice: 'Fix it.', attempts: 0 } },
		pairedItem: { item: 3 },
	});
});
