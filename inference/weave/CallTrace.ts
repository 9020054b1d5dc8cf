import { randomUUID } from 'crypto';
import type { JsonObject, JsonValue } from 'n8n-workflow';
import type { Trace, TraceOutcome } from './Trace';
import type { WeaveCall, WeaveSummary, WeaveUsage } from './WeaveCall';
import { fieldsWithoutFiles, withoutFiles } from './withoutFiles';

/** Where calls go, and where people see them. */
export interface TracePlace {
	/** `team/project` */
	project: string;
	/** The website that shows the project, without a trailing slash, if it is known. */
	appUrl?: string;
	/** Removes keys from a text. */
	redact: (text: string) => string;
}

/** What all calls of a tree share. */
export interface CallTree {
	place: TracePlace;
	/** Where the calls come from. */
	attributes: JsonObject;
	/** Only goes forward, so that no call ends before it starts if the system time changes. */
	now: () => Date;
	/** Takes the calls of the tree once its root has ended. */
	onEnd: (calls: WeaveCall[]) => void;
}

/** A trace that becomes a Weave call, together with the calls below it. */
export class CallTrace implements Trace {
	private readonly id = randomUUID();

	private readonly startedAt: Date;

	private readonly children: CallTrace[] = [];

	private endedAt?: Date;

	private outcome: TraceOutcome = { exception: 'Did not end' };

	private constructor(
		private readonly tree: CallTree,
		private readonly traceId: string,
		private readonly parentId: string | undefined,
		private readonly name: string,
		private inputs: JsonObject,
		private readonly displayName: string,
	) {
		this.startedAt = tree.now();
	}

	static root(tree: CallTree, name: string, inputs: JsonObject, displayName: string): CallTrace {
		return new CallTrace(tree, randomUUID(), undefined, name, inputs, displayName);
	}

	get url(): string | undefined {
		const { project, appUrl } = this.tree.place;
		const path = project.split('/').map(encodeURIComponent).join('/');
		return appUrl === undefined ? undefined : `${appUrl}/${path}/weave/calls/${this.id}`;
	}

	child(name: string, inputs: JsonObject, displayName = name): Trace {
		const { tree, traceId, id } = this;
		const shown = fieldsWithoutFiles(inputs, tree.place.redact);
		const child = new CallTrace(tree, traceId, id, name, shown, displayName);
		// The messages are read only when the first request is sent.
		if (this.isRoot && this.children.length === 0) {
			this.inputs = { ...this.inputs, ...child.inputs };
		}
		this.children.push(child);
		return child;
	}

	/** Ends the call, but only once. The end of the root also ends the calls below it. */
	end(outcome: TraceOutcome): void {
		if (this.endedAt !== undefined) return;
		this.endedAt = this.tree.now();
		const { redact } = this.tree.place;
		this.outcome =
			'output' in outcome
				? { ...outcome, output: withoutFiles(outcome.output, redact) }
				: { exception: withoutFiles(messageOf(outcome.exception), redact) };
		if (this.isRoot) this.tree.onEnd(this.calls().calls);
	}

	private get isRoot(): boolean {
		return this.parentId === undefined;
	}

	/** This call and those below it. */
	private calls(): { calls: WeaveCall[]; summary: WeaveSummary } {
		this.endedAt ??= this.tree.now();
		const below = this.children.map((child) => child.calls());
		const summary = sumOf([this.ownSummary(), ...below.map((child) => child.summary)]);
		const call: WeaveCall = {
			project_id: this.tree.place.project,
			id: this.id,
			trace_id: this.traceId,
			...(this.parentId === undefined ? {} : { parent_id: this.parentId }),
			op_name: this.name,
			display_name: this.displayName,
			started_at: this.startedAt.toISOString(),
			ended_at: this.endedAt.toISOString(),
			attributes: this.tree.attributes,
			inputs: this.inputs,
			...this.ending(),
			summary,
		};
		return { calls: [call, ...below.flatMap(({ calls }) => calls)], summary };
	}

	private ending(): { output: JsonValue } | { exception: string } {
		const { outcome } = this;
		return 'output' in outcome
			? { output: outcome.output }
			: { exception: String(outcome.exception) };
	}

	private ownSummary(): WeaveSummary {
		const { outcome } = this;
		if (!('output' in outcome)) return { usage: {}, status_counts: { success: 0, error: 1 } };
		const { model, tokens = {} } = outcome.usage ?? {};
		const { promptTokens = 0, completionTokens = 0 } = tokens;
		const { totalTokens = promptTokens + completionTokens } = tokens;
		const counts: WeaveUsage = {
			requests: 1,
			prompt_tokens: promptTokens,
			completion_tokens: completionTokens,
			total_tokens: totalTokens,
		};
		return {
			usage: model === undefined ? {} : { [model]: counts },
			status_counts: { success: 1, error: 0 },
		};
	}
}

function messageOf(error: unknown): string {
	const text = error instanceof Error ? error.message : String(error);
	return text === '' ? 'Failed' : text;
}

function sumOf(summaries: WeaveSummary[]): WeaveSummary {
	const usage: WeaveSummary['usage'] = {};
	const counts = { success: 0, error: 0 };
	for (const summary of summaries) {
		counts.success += summary.status_counts.success;
		counts.error += summary.status_counts.error;
		for (const [model, added] of Object.entries(summary.usage)) {
			usage[model] = addCounts(usage[model], added);
		}
	}
	return { usage, status_counts: counts };
}

function addCounts(sum: WeaveUsage | undefined, added: WeaveUsage): WeaveUsage {
	if (!sum) return added;
	return {
		requests: sum.requests + added.requests,
		prompt_tokens: sum.prompt_tokens + added.prompt_tokens,
		completion_tokens: sum.completion_tokens + added.completion_tokens,
		total_tokens: sum.total_tokens + added.total_tokens,
	};
}
