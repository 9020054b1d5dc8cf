/* eslint-disable @n8n/community-nodes/no-dangerous-functions, @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/require-node-api-error -- not shipped: runs outside n8n */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { cacheFolder } from '../../../tools/n8n/cacheFolder';
import { installFolder } from '../../../tools/n8n/installFolder';
import { findFreePort } from '../../../tools/n8n/ports';
import { SetupProblem } from '../../../tools/n8n/SetupProblem';

const packageName = '@portkey-ai/gateway';
const version = '1.15.2';
/** With a newer server, this gateway answers every stream with status 500. */
const installManifest = { private: true, overrides: { '@hono/node-server': '1.3.3' } };
const installWithinMs = 240_000;
const readyWithinMs = 30_000;

/** Portkey's gateway, a program that users run between n8n and a service. */
export interface Gateway {
	/** The base URL for the credential. */
	baseUrl: string;
	stop(): Promise<void>;
}

/** The path of the gateway's program. Installs it outside the checkout the first time. */
async function ensureGateway(): Promise<string> {
	const folder = join(cacheFolder(), `portkey-gateway-${version}`);
	await installFolder(folder, installGateway);
	return join(folder, 'node_modules', packageName, 'build/start-server.js');
}

async function installGateway(folder: string): Promise<void> {
	await writeFile(join(folder, 'package.json'), JSON.stringify(installManifest));
	const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--fetch-retries=2'];
	const install = ['install', ...options, `${packageName}@${version}`];
	try {
		await promisify(execFile)('npm', install, { cwd: folder, timeout: installWithinMs });
	} catch (error) {
		throw new SetupProblem(`The tests need ${packageName}, but npm failed.\n\n${String(error)}`);
	}
}

async function waitUntilReady(url: string, gateway: ChildProcess): Promise<void> {
	const deadlineMs = Date.now() + readyWithinMs;
	while (!(await respondsAt(url))) {
		if (gateway.exitCode !== null || Date.now() > deadlineMs) {
			throw new Error(`The gateway did not start. Its exit code: ${gateway.exitCode}`);
		}
		await delay(100);
	}
}

async function respondsAt(url: string): Promise<boolean> {
	return await fetch(url).then(
		({ ok }) => ok,
		() => false,
	);
}

/** Starts the gateway on a free port. */
export async function startGateway(): Promise<Gateway> {
	const program = await ensureGateway();
	const port = await findFreePort();
	const gateway = spawn(process.execPath, [program, `--port=${port}`, '--headless'], {
		cwd: cacheFolder(),
		env: { PATH: process.env.PATH },
		stdio: 'ignore',
	});
	const exited = once(gateway, 'exit');
	const stop = async () => {
		gateway.kill('SIGKILL');
		await exited;
	};
	const url = `http://127.0.0.1:${port}`;
	try {
		await waitUntilReady(url, gateway);
	} catch (error) {
		await stop();
		throw error;
	}
	return { baseUrl: `${url}/v1`, stop };
}
