import type { JsonObject, JsonValue } from 'n8n-workflow';
import type { ChatMessage, ToolDefinition } from './chatRequest';
import type { ChatCompletion, CompletionMessage, ToolCall } from './completion/chatCompletion';
import type { ChatRequestSource } from './completeChat';
import { cancelledError } from './InferenceError';
import { asJsonObject, isJsonObject, parseJson } from './json';
import { noTrace, traced, type Trace } from './weave/Trace';

/** Tools that are run for the model. */
export interface ConnectedTools {
	definitions: ToolDefinition[];
	/** Runs a tool. Its result is what the model reads. */
	run(name: string, args: JsonObject, signal?: AbortSignal): Promise<string>;
}

/** A tool call that was answered. */
export type ToolRun = {
	name: string;
	/** Text if the model wrote something other than a JSON object. */
	arguments: JsonValue;
} & ({ result: string } | { error: string });

/** A call that is to be run. */
interface Call {
	id: string;
	name: string;
	/** As the model wrote them. */
	text: string;
}

/** The calls of a round, and the message that contains them, as it is sent back. */
export interface RoundCalls {
	message: CompletionMessage;
	list: Call[];
}

/**
 * The calls to run; `undefined` if there are none, or if one of them is for the caller: of a tool
 * that the request defines itself, of a legacy function, or of a custom tool.
 */
export function callsToRun(
	{ choices }: ChatCompletion,
	request: ChatRequestSource,
	round: number,
): RoundCalls | undefined {
	const message = choices[0]?.message;
	const { tool_calls: calls = [], function_call: legacyCall } = message ?? {};
	if (!message || calls.length === 0 || legacyCall) return undefined;
	const own = namesOfOwnTools(request);
	if (calls.some(({ function: called }) => !called || own.has(called.name))) return undefined;
	const list = toCalls(calls, round);
	const sent = calls.map((call, index) => toSentCall(call, list[index] as Call));
	return { message: { ...message, tool_calls: sent }, list };
}

function namesOfOwnTools({ tools, extraBody }: ChatRequestSource): Set<unknown> {
	const extra = Array.isArray(extraBody.tools) ? extraBody.tools : [];
	return new Set([
		...tools.map(({ name }) => name),
		...extra.map((tool) => asJsonObject(asJsonObject(tool).function).name),
	]);
}

/** Results are matched to calls by ID, which some engines leave out or repeat. */
function toCalls(calls: ToolCall[], round: number): Call[] {
	const ids = new Set<string>();
	return calls.map((call, index) => {
		const ownId = call.id !== undefined && !ids.has(call.id) ? call.id : undefined;
		const id = ownId ?? `call_${round}_${index + 1}`;
		ids.add(id);
		return { id, name: call.function?.name ?? '', text: call.function?.arguments ?? '' };
	});
}

/** Engines parse the arguments in the conversation and fail if they are not an object. */
function toSentCall(call: ToolCall, { id, name, text }: Call): ToolCall {
	const isObject = isJsonObject(parseJson(text));
	const value = text.trim() === '' ? {} : { invalidArguments: text };
	return { ...call, id, function: { name, arguments: isObject ? text : JSON.stringify(value) } };
}

interface RunOptions {
	signal?: AbortSignal;
	trace?: Trace;
}

/** Runs all calls at once. What goes wrong is told to the model, except that the run was stopped. */
export async function runToolCalls(
	calls: Call[],
	tools: ConnectedTools,
	options: RunOptions,
): Promise<Array<{ run: ToolRun; message: ChatMessage }>> {
	return await Promise.all(
		calls.map(async (call) => {
			const run = await runCall(call, tools, options);
			const content = 'error' in run ? `Error: ${run.error}` : run.result;
			return { run, message: { role: 'tool', tool_call_id: call.id, content } };
		}),
	);
}

async function runCall(
	{ name, text }: Call,
	tools: ConnectedTools,
	{ signal, trace = noTrace }: RunOptions,
): Promise<ToolRun> {
	const args = text.trim() === '' ? {} : parseJson(text);
	if (!isJsonObject(args)) {
		return { name, arguments: text, error: 'The arguments are not a JSON object' };
	}
	const known = tools.definitions.map((definition) => definition.name);
	if (!known.includes(name)) {
		const error = `There is no tool '${name}'. The tools are: ${known.join(', ')}`;
		return { name, arguments: args, error };
	}
	try {
		const result = await traced(
			trace.child('wandb_inference.tool', { name, arguments: args }, name),
			async () => await untilAborted(tools.run(name, args, signal), signal),
			(output) => ({ output }),
		);
		return { name, arguments: args, result };
	} catch (error) {
		if (signal?.aborted) throw cancelledError();
		return { name, arguments: args, error: error instanceof Error ? error.message : String(error) };
	}
}

/** Does not wait for a tool that goes on after the run was stopped. */
async function untilAborted<Result>(work: Promise<Result>, signal?: AbortSignal): Promise<Result> {
	if (!signal) return await work;
	let onAbort = (): void => undefined;
	const aborted = new Promise<never>((_, reject) => {
		onAbort = () => reject(cancelledError());
		if (signal.aborted) onAbort();
		signal.addEventListener('abort', onAbort, { once: true });
	});
	try {
		return await Promise.race([work, aborted]);
	} finally {
		signal.removeEventListener('abort', onAbort);
		work.catch(() => undefined);
	}
}
