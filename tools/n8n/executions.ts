/* eslint-disable @n8n/community-nodes/no-restricted-imports -- not shipped: runs outside n8n */
import { parse } from 'flatted';
import { setTimeout as delay } from 'node:timers/promises';
import { RestError, type RestSession } from './RestSession';
import type { WorkflowNode } from './workflowFile';

const pollIntervalMs = 100;
const unfinishedStatuses = ['new', 'running', 'waiting', 'unknown'];

/** One item that a node put out. */
export interface OutputItem {
	json: Record<string, unknown>;
	binary?: Record<string, unknown>;
	pairedItem?: unknown;
	error?: unknown;
}

/** One run of one node: `data.main[output][item]`, or `data.ai_languageModel` for a sub-node. */
export interface NodeRun {
	data?: Record<string, Array<OutputItem[] | null> | undefined>;
	error?: { message: string; description?: string | null; [field: string]: unknown };
	executionStatus?: string;
	[field: string]: unknown;
}

/** What n8n kept of an execution. */
export interface Execution {
	id: string;
	status: string;
	mode: string;
	workflowId: string;
	/** The runs of each node, by the node's name. */
	runData: Record<string, NodeRun[] | undefined>;
	/** The error that ended the execution. */
	error?: { message: string; description?: string | null; [field: string]: unknown };
	lastNodeExecuted?: string;
}

interface StoredExecution extends Omit<Execution, 'runData' | 'error' | 'lastNodeExecuted'> {
	/** References flattened, as the editor unfolds them too. */
	data: string;
}

/** Absent while n8n has saved nothing yet. */
interface StoredData {
	resultData: Pick<Execution, 'error' | 'lastNodeExecuted'> & { runData?: Execution['runData'] };
}

/** Reads an execution as it is now; one still running has the runs that n8n has saved so far. */
export async function readExecution(session: RestSession, executionId: string): Promise<Execution> {
	const stored = await session.request<StoredExecution>('GET', `executions/${executionId}`);
	const { data, ...execution } = stored;
	const { runData = {}, ...result } =
		(parse(data) as Partial<StoredData> | undefined)?.resultData ?? {};
	return { ...execution, ...result, runData };
}

/** Older n8n (seen in 2.16) fails to show an execution of which it has saved nothing yet. */
function isTooEarly(error: unknown): boolean {
	return error instanceof RestError && error.status === 500 && /resultData/.test(error.message);
}

/** Waits until an execution has ended, whatever its end was. */
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

/** The items of a node's first run on one of its main outputs. */
export function outputItems(execution: Execution, nodeName: string, outputIndex = 0): OutputItem[] {
	return execution.runData[nodeName]?.[0]?.data?.main?.[outputIndex] ?? [];
}

/** The node with which the editor's button starts a workflow: the first trigger that is enabled. */
export function findTrigger(nodes: WorkflowNode[]): WorkflowNode {
	const trigger = nodes.find((node) => !node.disabled && /trigger$|\.webhook$/i.test(node.type));
	if (!trigger) throw new Error('The workflow has no trigger to start from.');
	return trigger;
}
