/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/require-node-api-error -- not shipped: runs outside n8n */
import { setTimeout as delay } from 'node:timers/promises';
import { RestError, type RestSession } from './RestSession';

const pollIntervalMs = 100;
const publishWithinMs = 30_000;

interface Publication {
	status: string;
	triggers: Array<{ errorMessage: string | null }>;
}

/** Publishes a version of a workflow and waits until its webhooks and triggers are active. */
export async function publishWorkflow(
	session: RestSession,
	workflow: { id: string; name: string; versionId: string },
): Promise<void> {
	const { id, name, versionId } = workflow;
	await session.request('POST', `workflows/${id}/activate`, { versionId });
	const deadlineMs = Date.now() + publishWithinMs;
	for (;;) {
		const publication = await readPublication(session, id);
		const problem = publication?.triggers.find(({ errorMessage }) => errorMessage)?.errorMessage;
		if (problem) throw new Error(`n8n could not publish "${name}": ${problem}`);
		if (publication?.status !== 'in_progress') return;
		if (Date.now() > deadlineMs) {
			throw new Error(`n8n did not publish "${name}" within ${publishWithinMs / 1000} s.`);
		}
		await delay(pollIntervalMs);
	}
}

async function readPublication(
	session: RestSession,
	workflowId: string,
): Promise<Publication | undefined> {
	try {
		return await session.request('GET', `workflows/${workflowId}/publication-status`);
	} catch (error) {
		// Older versions of n8n publish synchronously and do not have this endpoint.
		if (error instanceof RestError && error.status === 404) return undefined;
		throw error;
	}
}
