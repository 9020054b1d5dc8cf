/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals, no-console -- not shipped: runs outside n8n */
import { parseArgs } from 'node:util';
import {
	startSimulator,
	type FaultRule,
	type Latency,
	type RecordedRequest,
	type SimulatorOptions,
} from './simulator';

const usage = `Starts a simulated W&B Inference service, so that you can try the nodes without an account.

npm run simulator -- [options]
  --port 8990               port (default 8990; 0 for any free port)
  --key KEY                 API key to accept (default simulator-key)
  --limit 10                maximum concurrent requests per project (429 above that)
  --latency 300             response time in milliseconds
  --lognormal 800,0.6       log-normal response time: median in milliseconds, sigma
  --ttft 200                time to first token in milliseconds
  --tokens-per-second 60    generation speed; replaces --latency and --lognormal
  --error 429:0.05          status and share of requests that fail; repeatable
  --seed 1                  seed for the generated answers (default 1)
  --quiet                   do not log requests
  --help                    show this help`;

const optionKinds = {
	port: { type: 'string', default: '8990' },
	key: { type: 'string', default: 'simulator-key' },
	limit: { type: 'string' },
	latency: { type: 'string' },
	lognormal: { type: 'string' },
	ttft: { type: 'string' },
	'tokens-per-second': { type: 'string' },
	error: { type: 'string', multiple: true, default: [] as string[] },
	seed: { type: 'string' },
	quiet: { type: 'boolean', default: false },
	help: { type: 'boolean', default: false },
} as const;

async function main(): Promise<void> {
	const options = readOptions();
	if (options === undefined) {
		console.log(usage);
		return;
	}
	const simulator = await startSimulator(options);
	console.log(`Base URL:  ${simulator.baseUrl}`);
	console.log(`Weave URL: ${simulator.weaveUrl}`);
	console.log(`API key:   ${options.apiKeys?.join(', ') ?? ''}`);
	console.log('Press Ctrl+C to stop.');
	const stop = () => void simulator.close();
	process.once('SIGINT', stop);
	process.once('SIGTERM', stop);
}

function readOptions(): SimulatorOptions | undefined {
	const { values } = parseArgs({ options: optionKinds });
	if (values.help) return undefined;
	return {
		port: readPort(values.port),
		apiKeys: [values.key],
		concurrencyLimit: readWholeNumber('limit', values.limit),
		latency: readLatency(values.latency, values.lognormal),
		timeToFirstTokenMs: readNumber('ttft', values.ttft),
		tokensPerSecond: readNumber('tokens-per-second', values['tokens-per-second']) || undefined,
		faults: values.error.map(readFault),
		seed: readWholeNumber('seed', values.seed),
		keepRequests: false,
		onRequest: values.quiet ? undefined : printRequest,
	};
}

function readPort(text: string): number {
	const port = readWholeNumber('port', text) ?? 0;
	if (port > 65_535) throw new Error(`--port must be at most 65535, not '${text}'.`);
	return port;
}

function readWholeNumber(name: string, text: string | undefined): number | undefined {
	const value = readNumber(name, text);
	if (value !== undefined && !Number.isInteger(value)) {
		throw new Error(`--${name} must be a whole number, not '${String(text)}'.`);
	}
	return value;
}

function readNumber(name: string, text: string | undefined): number | undefined {
	if (text === undefined) return undefined;
	const value = Number(text);
	if (text.trim() === '' || !Number.isFinite(value) || value < 0) {
		throw new Error(`--${name} must be a number of at least 0, not '${text}'.`);
	}
	return value;
}

function readLatency(constant?: string, logNormal?: string): Latency | undefined {
	if (logNormal === undefined) {
		const ms = readNumber('latency', constant);
		return ms === undefined ? undefined : { kind: 'constant', ms };
	}
	if (constant !== undefined) throw new Error('Use either --latency or --lognormal, not both.');
	const [median, sigma = ''] = logNormal.split(',');
	const medianMs = readNumber('lognormal', median) ?? 0;
	return { kind: 'logNormal', medianMs, sigma: readNumber('lognormal', sigma) ?? 0 };
}

function readFault(text: string): FaultRule {
	const [, status, share] = /^([45]\d\d):(0?\.\d+|[01](?:\.0+)?)$/.exec(text) ?? [];
	if (status === undefined || share === undefined) {
		throw new Error(
			`--error must have the form STATUS:SHARE, for example 429:0.05, not '${text}'.`,
		);
	}
	const fault = { kind: 'status', status: Number(status) } as const;
	return { when: { probability: Number(share) }, fault };
}

function printRequest({ method, path, body, ...request }: RecordedRequest): void {
	const model =
		typeof body === 'object' && body !== null && 'model' in body ? ` ${String(body.model)}` : '';
	const durationMs = Math.round((request.endedAtMs ?? request.startedAtMs) - request.startedAtMs);
	const result = `${request.status ?? '-'} ${request.outcome ?? ''}`;
	console.log(`${method} ${path}${model} -> ${result} in ${durationMs} ms`);
}

main().catch((error: unknown) => {
	console.error(error instanceof Error ? error.message : String(error));
	process.exitCode = 1;
});
