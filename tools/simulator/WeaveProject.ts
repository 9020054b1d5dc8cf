import { ApiError } from './apiError';
import { jsonDelivery, type Delivery } from './delivery';
import { isJsonObject } from './jsonObject';

/** A call as Weave shows it, with the field names of its published schema. */
export interface SimulatedWeaveCall {
	project_id: string;
	id: string;
	trace_id: string;
	parent_id?: string;
	op_name: string;
	display_name?: string;
	started_at: string;
	ended_at: string;
	attributes: Record<string, unknown>;
	inputs: Record<string, unknown>;
	output?: unknown;
	exception?: string;
	summary: {
		usage?: Record<string, Record<string, number>>;
		status_counts?: { success: number; error: number };
	};
}

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string' && value !== '';
const isUuid: Check = (value) => /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/.test(String(value));
const isUtcTime: Check = (value) =>
	/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(String(value)) && !isNaN(Date.parse(`${value}`));

const startFields: Record<string, Check> = {
	project_id: isText,
	id: isUuid,
	trace_id: isUuid,
	op_name: isText,
	started_at: isUtcTime,
	attributes: isJsonObject,
	inputs: isJsonObject,
};

const endFields: Record<string, Check> = {
	project_id: isText,
	id: isUuid,
	ended_at: isUtcTime,
	summary: isJsonObject,
};

const optionalStartFields: Record<string, Check> = {
	parent_id: isUuid,
	display_name: isText,
	thread_id: isText,
	turn_id: isText,
};

const optionalEndFields: Record<string, Check> = {
	output: () => true,
	exception: isText,
};

/** The calls that were written, if they have the fields that Weave requires and no others. */
export class WeaveProject {
	readonly calls: SimulatedWeaveCall[] = [];

	/** `POST /v2/{entity}/{project}/calls/complete` */
	complete(path: string, body: unknown): Delivery {
		const project = /^\/v2\/(.+)\/calls\/complete$/.exec(path)?.[1] ?? '';
		const calls = batchIn(body);
		for (const call of calls) {
			check(
				call,
				{ ...startFields, ...endFields },
				{ ...optionalStartFields, ...optionalEndFields },
			);
			if (call.project_id !== decodeURIComponent(project)) throw unprocessable('project_id');
		}
		this.calls.push(...(calls as unknown as SimulatedWeaveCall[]));
		return jsonDelivery(200, {});
	}

	/** `GET /{entity}/{project}/weave/calls/{id}`, the page that shows the trace of a call. */
	show(path: string): Delivery {
		const call = this.calls.find(({ id }) => path.endsWith(`/weave/calls/${id}`));
		const trace = this.calls.filter(({ trace_id: id }) => id === call?.trace_id);
		if (call === undefined) throw new ApiError(404, `Not found: ${path}`);
		return jsonDelivery(200, { trace });
	}

	/** `POST /call/upsert_batch` */
	upsert(body: unknown): Delivery {
		for (const { mode, req } of batchIn(body)) {
			const { start, end } = isJsonObject(req) ? req : {};
			if (mode === 'start') {
				this.calls.push(check(start, startFields, optionalStartFields) as SimulatedWeaveCall);
			} else if (mode === 'end') {
				const ending = check(end, endFields, optionalEndFields);
				Object.assign(this.calls.find(({ id }) => id === ending.id) ?? {}, ending);
			} else {
				throw unprocessable('mode');
			}
		}
		return jsonDelivery(200, { res: [] });
	}
}

function batchIn(body: unknown): Array<Record<string, unknown>> {
	const batch = isJsonObject(body) ? body.batch : undefined;
	if (!Array.isArray(batch) || !batch.every(isJsonObject)) throw unprocessable('batch');
	return batch;
}

function check(
	value: unknown,
	required: Record<string, Check>,
	optional: Record<string, Check>,
): object & { id?: unknown } {
	const fields = isJsonObject(value) ? value : {};
	for (const [name, isValid] of Object.entries(required)) {
		if (!isValid(fields[name])) throw unprocessable(name);
	}
	for (const [name, content] of Object.entries(fields)) {
		if (name in required) continue;
		if (!optional[name]?.(content)) throw unprocessable(name);
	}
	return fields;
}

function unprocessable(field: string): ApiError {
	return new ApiError(422, `The field ${field} is missing, invalid, or not known`);
}
