import OpenAI from 'openai';
import type { ClientOptions } from 'openai';

import type { Simulator } from '../../tools/simulator/simulator';

/** The official OpenAI client for a simulator, with its own retries disabled. */
export function openaiClient(simulator: Simulator, options: ClientOptions = {}): OpenAI {
	return new OpenAI({
		baseURL: simulator.baseUrl,
		apiKey: 'simulator-key',
		maxRetries: 0,
		...options,
	});
}
