/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals, no-console -- not shipped: runs outside n8n */
import { parseArgs } from 'node:util';

import { startSimulator } from './simulator';
import type { FaultRule, Latency, RecordedRequest, SimulatorOptions } from './simulator';

const usage = `Starts a W&B Inference service on this machine, for trying the nodes without an account.

npx tsx tools/simulator/cli.ts [options]
  --port 8990               the port (default 8990; 0 takes a free one)
  --key KEY                 the API key it accepts (default simulator-key)
  --limit 10                requests at once per project; one more gets a 429
  --latency 300             milliseconds that every answer takes
  --lognormal 800,0.6       or log-normal: median milliseconds, sigma
  --ttft 200                milliseconds until the first token
  --tokens-per-second 60    let the length of an answer decide its time
  --error 429:0.05          share of requests that fail with a status; repeatable
  --seed 1                  another seed gives other answers
  --quiet                   no line per request
  --help                    this text`;

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

function readNumber(name: string, text: string | undefined): number | undefined {
	if (text === undefined) return undefined;
	const value = Number(text);
	if (text.trim() === '' || !Number.isFinite(value) || value < 0) {
		throw new Error(`--${name} needs a number of 0 or more, not '${text}'.`);
	}
	return value;
}

function readWholeNumber(name: string, text: string | undefined): number | undefined {
	const value = readNumber(name, text);
	if (value !== undefined && !Number.isInteger(value)) {
		throw new Error(`--${name} needs a whole number, not '${String(text)}'.`);
	}
	return value;
}

function readPort(text: string): number {
	const port = readWholeNumber('port', text) ?? 0;
	if (port > 65_535) throw new Error(`--port needs a number up to 65535, not '${text}'.`);
	return port;
}

function readLatency(constant?: string, logNormal?: string): Latency | undefined {
	if (logNormal === undefined) {
		const ms = readNumber('latency', constant);
		return ms === undefined ? undefined : { kind: 'constant', ms };
	}
	if (constant !== undefined) throw new Error('Give --latency or --lognormal, not both.');
	const [median, sigma = ''] = logNormal.split(',');
	const medianMs = readNumber('lognormal', median) ?? 0;
	return { kind: 'logNormal', medianMs, sigma: readNumber('lognormal', sigma) ?? 0 };
}

function readFault(text: string): FaultRule {
	const [, status, share] = /^([45]\d\d):(0?\.\d+|[01](?:\.0+)?)$/.exec(text) ?? [];
	if (status === undefined || share === undefined) {
		throw new Error(`--error needs STATUS:SHARE such as 429:0.05, not '${text}'.`);
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

async function run(): Promise<void> {
	const options = readOptions();
	if (options === undefined) {
		console.log(usage);
		return;
	}
	const simulator = await startSimulator(options);
	console.log(`Base URL: ${simulator.baseUrl}`);
	console.log(`API key:  ${options.apiKeys?.join(', ') ?? ''}`);
	console.log('Ctrl-C ends it.');
	const end = () => void simulator.close();
	process.once('SIGINT', end);
	process.once('SIGTERM', end);
}

run().catch((error: unknown) => {
	console.error(error instanceof Error ? error.message : String(error));
	process.exitCode = 1;
});
