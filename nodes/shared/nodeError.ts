import {
	NodeApiError,
	NodeOperationError,
	type IDataObject,
	type INode,
	type INodeExecutionData,
} from 'n8n-workflow';
import { InferenceError } from '../../inference/InferenceError';
import { adviceFor, type NodeKind } from './advice';

/** Where an error occurred. */
export interface ErrorContext {
	node: NodeKind;
	itemIndex: number;
	/** With more than one item, the message says which one failed. */
	itemCount: number;
	/** Items that had succeeded before this error ended the run. */
	succeeded?: number;
}

/** The error that n8n shows: what happened as its message, what to do as its description. */
export function toNodeError(
	node: INode,
	error: unknown,
	context: ErrorContext,
): NodeApiError | NodeOperationError {
	const { itemIndex } = context;
	if (!(error instanceof InferenceError)) {
		return new NodeOperationError(node, error instanceof Error ? error : String(error), {
			itemIndex,
		});
	}
	const message = context.itemCount > 1 ? `${error.message} [item ${itemIndex}]` : error.message;
	const description = describe(error, context);
	if (error.kind === 'parameter' || error.kind === 'credential' || error.kind === 'cancelled') {
		return new NodeOperationError(node, message, { description, itemIndex });
	}
	const httpCode = error.status === undefined ? undefined : String(error.status);
	const apiError = new NodeApiError(node, {}, { message, description, httpCode, itemIndex });
	// Shown as the data of the error, because the answer was paid for.
	if (error.answer) apiError.context.data = error.answer as unknown as IDataObject;
	return apiError;
}

/** The output item for a failed input item under 'Continue'. */
export function toErrorItem(error: unknown, itemIndex: number): INodeExecutionData {
	return { json: toErrorJson(error), pairedItem: { item: itemIndex } };
}

/** Only the keys `error` and `details`, by which n8n's error output recognizes a failed item. */
export function toErrorJson(error: unknown): IDataObject {
	if (!(error instanceof InferenceError)) {
		// An error of n8n itself, for example of an expression. Nothing was sent.
		return {
			error: error instanceof Error ? error.message : String(error),
			details: { kind: 'parameter', advice: 'Check the fields of the node.', attempts: 0 },
		};
	}
	const { kind, status, attempts, requestId, answer } = error;
	return {
		error: error.message,
		details: {
			kind,
			...(status === undefined ? {} : { status }),
			advice: adviceFor(error, 'chat'),
			attempts,
			...(requestId === undefined ? {} : { requestId }),
			...(answer as IDataObject | undefined),
		},
	};
}

function describe(error: InferenceError, context: ErrorContext): string {
	const { node, itemCount, succeeded = 0 } = context;
	const parts = [adviceFor(error, node)];
	if (error.attempts > 1) parts.push(`${error.attempts} requests were sent for this item.`);
	if (succeeded > 0 && error.kind !== 'cancelled') {
		parts.push(
			`${succeeded} of ${itemCount} items had succeeded. To keep them next time, set 'On Error' to 'Continue' in the node's settings.`,
		);
	}
	if (error.requestId !== undefined) parts.push(`Request ID: ${error.requestId}`);
	return parts.join(' ');
}
