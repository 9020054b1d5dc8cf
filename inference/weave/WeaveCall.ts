import type { JsonObject, JsonValue } from 'n8n-workflow';

/** A finished call, with the field names of Weave's schema. Weave shows a tree of them. */
export interface WeaveCall {
	/** `team/project` */
	project_id: string;
	id: string;
	/** The same for all calls of a tree. */
	trace_id: string;
	parent_id?: string;
	op_name: string;
	display_name: string;
	/** ISO 8601, UTC. */
	started_at: string;
	ended_at: string;
	attributes: JsonObject;
	inputs: JsonObject;
	output?: JsonValue;
	exception?: string;
	summary: WeaveSummary;
}

/** Of a call and all calls below it. */
export interface WeaveSummary {
	/** By model. Weave computes the cost from it. */
	usage: Record<string, WeaveUsage>;
	status_counts: { success: number; error: number };
}

export interface WeaveUsage {
	requests: number;
	prompt_tokens: number;
	completion_tokens: number;
	total_tokens: number;
}
