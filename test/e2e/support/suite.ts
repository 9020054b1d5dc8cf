/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/require-node-api-error, no-console -- not shipped: runs outside n8n */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserServer } from 'playwright-core';
import { createN8nClient, type OwnerAccount } from '../../../tools/n8n/createN8nClient';
import { ensureN8n } from '../../../tools/n8n/ensureN8n';
import { startN8n, type RunningN8n } from '../../../tools/n8n/startN8n';
import { buildTarball } from './buildTarball';
import { browserArguments, findChromium } from './findChromium';

const environmentName = 'E2E_SUITE';

/** How the tests reach the n8n and the browser that they share. */
export interface SuiteAddress {
	n8nUrl: string;
	/** n8n's own folder: its database and the installed package. */
	userFolder: string;
	browserUrl: string;
	owner: OwnerAccount;
}

/** The programs that run during the tests. */
export interface Suite {
	stop(): Promise<void>;
}

async function startBrowser(): Promise<BrowserServer> {
	const executablePath = await findChromium();
	return await chromium.launchServer({ executablePath, args: browserArguments });
}

async function stopAll(folder: string, n8n?: RunningN8n, browser?: BrowserServer): Promise<void> {
	await browser?.close();
	await n8n?.stop();
	await rm(folder, { recursive: true, force: true });
}

/**
 * Builds and packs the package, installs the tarball in a new n8n, and starts n8n and a browser. If
 * one of them is missing, throws an error that says what to do, so that no test is skipped silently.
 */
export async function startSuite(): Promise<Suite> {
	const folder = await mkdtemp(join(tmpdir(), 'wandb-inference-e2e-'));
	const userFolder = join(folder, 'user');
	const owner = { email: 'owner@n8n.local', password: 'Password1' };
	let n8n: RunningN8n | undefined;
	let browser: BrowserServer | undefined;
	try {
		browser = await startBrowser();
		const program = await ensureN8n({ report: console.log, version: process.env.E2E_N8N_VERSION });
		const tarball = await buildTarball(folder);
		n8n = await startN8n({ program, userFolder, package: { tarball } });
		await createN8nClient(n8n.url).logIn(owner);
		const address: SuiteAddress = {
			n8nUrl: n8n.url,
			userFolder,
			browserUrl: browser.wsEndpoint(),
			owner,
		};
		process.env[environmentName] = JSON.stringify(address);
	} catch (error) {
		await stopAll(folder, n8n, browser);
		throw error;
	}
	return { stop: async () => await stopAll(folder, n8n, browser) };
}

/** The address of the running suite. */
export function suiteAddress(): SuiteAddress {
	const address = process.env[environmentName];
	if (address) return JSON.parse(address) as SuiteAddress;
	throw new Error('These tests need n8n and a browser: run them with "npm run test:e2e".');
}
