/* eslint-disable @n8n/community-nodes/no-restricted-imports -- not shipped: runs outside n8n */
import { setTimeout as delay } from 'node:timers/promises';
import { parse } from 'flatted';
import { RestError, type RestSession } from './RestSession';
import type { WorkflowNode } from './workflowFile';

const pollIntervalMs = 100;
const unfinishedStatuses = ['new', 'running', 'waiting', 'unknown'];

/** An output item of a node. */
export interface OutputItem {
	json: Record<string, unknown>;
	binary?: Record<string, unknown>;
	pairedItem?: unknown;
	error?: unknown;
}

/** One run of a node: `data.main[output][item]`, or `data.ai_languageModel` for a sub-node. */
export interface NodeRun {
	data?: Record<string, Array<OutputItem[] | null> | undefined>;
	error?: { message: string; description?: string | null; [field: string]: unknown };
	executionStatus?: string;
	[field: string]: unknown;
}

/** An execution as saved by n8n. */
export interface Execution {
	id: string;
	status: string;
	mode: string;
	workflowId: string;
	/** The runs of each node, by node name. */
	runData: Record<string, NodeRun[] | undefined>;
	/** The error that ended the execution. */
	error?: { message: string; description?: string | null; [field: string]: unknown };
	lastNodeExecuted?: string;
}

interface StoredExecution extends Omit<Execution, 'runData' | 'error' | 'lastNodeExecuted'> {
	/** JSON in flatted format. */
	data: string;
}

interface StoredData {
	resultData: Pick<Execution, 'error' | 'lastNodeExecuted'> & { runData?: Execution['runData'] };
}

/** Reads an execution. While it is running, it contains the node runs saved so far. */
export async function readExecution(session: RestSession, executionId: string): Promise<Execution> {
	const stored = await session.request<StoredExecution>('GET', `executions/${executionId}`);
	const { data, ...execution } = stored;
	const { runData = {}, ...result } =
		(parse(data) as Partial<StoredData> | undefined)?.resultData ?? {};
	return { ...execution, ...result, runData };
}

/** Waits until an execution has ended, successfully or not. */
export async function waitForExecution(
	session: RestSession,
	executionId: string,
	withinMs: number,
): Promise<Execution> {
	const deadlineMs = Date.now() + withinMs;
	for (;;) {
		const execution = await readExecution(session, executionId).catch((error: unknown) =>
			isTooEarly(error) ? undefined : Promise.reject(error),
		);
		const status = execution?.status ?? 'new';
		if (execution && !unfinishedStatuses.includes(status)) return execution;
		if (Date.now() > deadlineMs) {
			throw new Error(`Execution ${executionId} is still "${status}" after ${withinMs / 1000} s.`);
		}
		await delay(pollIntervalMs);
	}
}

/** Returns the items from one main output of a node's first run. */
export function outputItems(execution: Execution, nodeName: string, outputIndex = 0): OutputItem[] {
	return execution.runData[nodeName]?.[0]?.data?.main?.[outputIndex] ?? [];
}

/** Returns the node that the editor's execute button starts from: the first enabled trigger. */
export function findTrigger(nodes: WorkflowNode[]): WorkflowNode {
	const trigger = nodes.find((node) => !node.disabled && /trigger$|\.webhook$/i.test(node.type));
	if (!trigger) throw new Error('The workflow has no trigger to start from.');
	return trigger;
}

/** Older versions (such as 2.16) fail to return an execution that has no saved data yet. */
function isTooEarly(error: unknown): boolean {
	return error instanceof RestError && error.status === 500 && /resultData/.test(error.message);
}
