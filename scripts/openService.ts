/* eslint-disable @n8n/community-nodes/no-restricted-globals -- not shipped: runs outside n8n */
import { defaultWeaveUrl } from '../inference/http/connection';
import { startSimulator, type SimulatorOptions } from '../tools/simulator/simulator';

const serviceUrl = 'https://api.inference.wandb.ai/v1';
const simulatorKey = 'simulator-key';

export interface Service {
	credential: { apiKey: string; project: string; baseUrl: string; weaveUrl: string };
	isSimulated: boolean;
	close: () => Promise<void>;
}

/**
 * Connects to W&B Inference if `WANDB_API_KEY` is set, otherwise starts a local simulator. The
 * project is read from `WANDB_PROJECT` and `WANDB_ENTITY`, the base URL from `WANDB_BASE_URL`.
 */
export async function openService(simulatorOptions: SimulatorOptions): Promise<Service> {
	const { WANDB_API_KEY: apiKey, WANDB_BASE_URL: baseUrl } = process.env;
	if (apiKey) {
		return {
			credential: {
				apiKey,
				project: readProject(),
				baseUrl: baseUrl || serviceUrl,
				weaveUrl: defaultWeaveUrl,
			},
			isSimulated: false,
			close: async () => {},
		};
	}
	const simulator = await startSimulator(simulatorOptions);
	return {
		credential: {
			apiKey: simulatorKey,
			project: 'my-team/my-project',
			baseUrl: simulator.baseUrl,
			// As on a dedicated instance of W&B, so that the addresses of traces are known.
			weaveUrl: `${simulator.weaveUrl}/traces`,
		},
		isSimulated: true,
		close: async () => await simulator.close(),
	};
}

/** `WANDB_PROJECT` is `team/project` or, as in W&B's SDK, a project of `WANDB_ENTITY`. */
function readProject(): string {
	const { WANDB_ENTITY: team, WANDB_PROJECT: project = '' } = process.env;
	if (project.includes('/')) return project;
	return team && project ? `${team}/${project}` : '';
}
