import { NodeApiError, NodeOperationError, type IDataObject, type INode } from 'n8n-workflow';
import { InferenceError } from '../../inference/InferenceError';

export interface FailurePlace {
	itemIndex: number;
	/** With more than one item the message says which one failed. */
	itemCount: number;
	/** Items that were answered before this failure ended the run. */
	succeeded?: number;
}

/** The error that n8n shows: what happened as its message, what to do as its description. */
export function toNodeError(
	node: INode,
	error: unknown,
	place: FailurePlace,
): NodeApiError | NodeOperationError {
	const { itemIndex } = place;
	if (!(error instanceof InferenceError)) {
		return new NodeOperationError(node, error instanceof Error ? error : String(error), {
			itemIndex,
		});
	}
	const message = place.itemCount > 1 ? `${error.message} [item ${itemIndex}]` : error.message;
	const description = describe(error, place);
	if (error.kind === 'parameter' || error.kind === 'credential' || error.kind === 'cancelled') {
		return new NodeOperationError(node, message, { description, itemIndex });
	}
	const httpCode = error.status === undefined ? undefined : String(error.status);
	return new NodeApiError(node, {}, { message, description, httpCode, itemIndex });
}

/** What a failed item carries under 'Continue': only keys by which n8n's error output knows it. */
export function toErrorJson(error: unknown): IDataObject {
	if (!(error instanceof InferenceError)) {
		return { error: error instanceof Error ? error.message : String(error), details: {} };
	}
	const { kind, status, advice, attempts, requestId } = error;
	return {
		error: error.message,
		details: {
			kind,
			...(status === undefined ? {} : { status }),
			advice,
			attempts,
			...(requestId === undefined ? {} : { requestId }),
		},
	};
}

function describe(error: InferenceError, { itemCount, succeeded = 0 }: FailurePlace): string {
	const parts = [error.advice];
	if (error.attempts > 1) parts.push(`${error.attempts} requests were sent for this item.`);
	if (succeeded > 0 && error.kind !== 'cancelled') {
		parts.push(
			`${succeeded} of ${itemCount} items had succeeded: set 'On Error' to 'Continue' in the node's settings to keep them next time.`,
		);
	}
	if (error.requestId !== undefined) parts.push(`Request ID: ${error.requestId}`);
	return parts.join(' ');
}
