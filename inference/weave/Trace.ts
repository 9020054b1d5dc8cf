import type { JsonObject, JsonValue } from 'n8n-workflow';
import type { TokenUsage } from '../completion/completionParts';

/** How a traced step ended. */
export type TraceOutcome =
	| {
			output: JsonValue;
			/** The tokens that this step itself used, and the model that used them. */
			usage?: { model: string; tokens: TokenUsage | undefined };
	  }
	| { exception: unknown };

/** A step of an item, such as one request. It never throws and never waits. */
export interface Trace {
	/** Where people can see it. */
	readonly url?: string;
	/** Starts a step within this one. Files in the inputs are replaced by their type and size. */
	child(name: string, inputs: JsonObject, displayName?: string): Trace;
	end(outcome: TraceOutcome): void;
}

/** Traces nothing. */
export const noTrace: Trace = { child: () => noTrace, end: () => undefined };

/** Does the work of a step and ends its trace, whether it succeeds or fails. */
export async function traced<Result>(
	trace: Trace,
	work: (trace: Trace) => Promise<Result>,
	outcomeOf: (result: Result) => TraceOutcome,
): Promise<Result> {
	try {
		const result = await work(trace);
		trace.end(outcomeOf(result));
		return result;
	} catch (error) {
		trace.end({ exception: error });
		return await Promise.reject(error);
	}
}
