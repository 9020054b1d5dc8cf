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
	return { message: { ...message, tool_calls: list.map(toSentCall) }, list };
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
	const given = new Set(calls.map(({ id }) => id));
	const used = new Set<string>();
	return calls.map((call, index) => {
		const isUsable = call.id !== undefined && !used.has(call.id);
		let id = isUsable ? (call.id as string) : `call_${round}_${index + 1}`;
		while (!isUsable && given.has(id)) id += '_';
		used.add(id);
		return { id, name: call.function?.name ?? '', text: call.function?.arguments ?? '' };
	});
}

/** Engines parse the arguments in the conversation and fail if they are not an object. */
function toSentCall({ id, name, text }: Call): ToolCall {
	const isObject = isJsonObject(parseJson(text));
	const value = text.trim() === '' ? {} : { invalidArguments: text };
	const sent = isObject ? text : JSON.stringify(value);
	return { id, type: 'function', function: { name, arguments: sent } };
}

interface RunOptions {
	signal?: AbortSignal;
	trace?: Trace;
}

/** Runs all calls at once. What goes wrong is told to the model, except that the run was stopped. */
export async function runToolCalls(
	calls: Call[],
	tools: ConnectedTools,
	{ signal, trace = noTrace }: RunOptions,
): Promise<Array<{ run: ToolRun; message: ChatMessage }>> {
	return await untilAborted(signal, async (aborted) => {
		return await Promise.all(
			calls.map(async (call) => {
				const run = await runCall(call, tools, { trace, aborted });
				const content = 'error' in run ? `Error: ${run.error}` : run.result;
				return { run, message: { role: 'tool', tool_call_id: call.id, content } };
			}),
		);
	});
}

async function runCall(
	{ name, text }: Call,
	tools: ConnectedTools,
	{ trace, aborted }: { trace: Trace; aborted: Promise<never> },
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
	const stop = new AbortController();
	aborted.catch(() => stop.abort());
	try {
		const result = await traced(
			trace.child('wandb_inference.tool', { name, arguments: args }, name),
			// With arguments of its own, because a tool may change them.
			async () =>
				await Promise.race([tools.run(name, structuredClone(args), stop.signal), aborted]),
			(output) => ({ output }),
		);
		return { name, arguments: args, result };
	} catch (error) {
		if (stop.signal.aborted) throw cancelledError();
		return { name, arguments: args, error: messageOf(error) };
	}
}

/** Errors from a sandbox, where some tools run, are not instances of this process's `Error`. */
function messageOf(error: unknown): string {
	const { message } = (error ?? {}) as { message?: unknown };
	return typeof message === 'string' ? message : String(error);
}

/**
 * Does the work with a promise that rejects once the run is stopped, for tools that go on then. They
 * share it because Node.js warns of a leak if a signal has many listeners.
 */
async function untilAborted<Result>(
	signal: AbortSignal | undefined,
	work: (aborted: Promise<never>) => Promise<Result>,
): Promise<Result> {
	let onAbort = (): void => undefined;
	const aborted = new Promise<never>((_, reject) => {
		onAbort = () => reject(cancelledError());
	});
	aborted.catch(() => undefined);
	if (signal?.aborted) onAbort();
	signal?.addEventListener('abort', onAbort, { once: true });
	try {
		return await work(aborted);
	} finally {
		signal?.removeEventListener('abort', onAbort);
	}
}
