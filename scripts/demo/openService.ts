/* eslint-disable @n8n/community-nodes/no-restricted-globals -- not shipped: runs outside n8n */
import type { IDataObject } from 'n8n-workflow';
import { startSimulator } from '../../test/support/simulator/simulator';

const serviceUrl = 'https://api.inference.wandb.ai/v1';
const simulatorKey = 'simulator-key';

/** Where the demo's requests go. */
export interface DemoService {
	credential: IDataObject & { baseUrl: string };
	isSimulated: boolean;
	close: () => Promise<void>;
}

/** `WANDB_PROJECT` as team/project, or W&B's usual pair of variables: `WANDB_ENTITY` is the team. */
function readProject(): string {
	const { WANDB_ENTITY: team, WANDB_PROJECT: project = '' } = process.env;
	if (project.includes('/')) return project;
	return team && project ? `${team}/${project}` : '';
}

/**
 * The real W&B Inference when `WANDB_API_KEY` is set, else a simulator on this machine that allows
 * six requests at once and is overloaded now and then.
 */
export async function openService(): Promise<DemoService> {
	const { WANDB_API_KEY: apiKey, WANDB_BASE_URL: baseUrl } = process.env;
	if (apiKey) {
		return {
			credential: { apiKey, project: readProject(), baseUrl: baseUrl || serviceUrl },
			isSimulated: false,
			close: async () => {},
		};
	}
	const simulator = await startSimulator({
		concurrencyLimit: 6,
		timeToFirstTokenMs: 200,
		tokensPerSecond: 120,
		keepRequests: false,
		faults: [
			{ when: { every: 14 }, fault: { kind: 'status', status: 503 } },
			{
				when: { every: 17 },
				fault: { kind: 'status', status: 429, reason: 'rate', retryAfter: '1' },
			},
		],
	});
	return {
		credential: { apiKey: simulatorKey, project: '', baseUrl: simulator.baseUrl },
		isSimulated: true,
		close: async () => await simulator.close(),
	};
}
