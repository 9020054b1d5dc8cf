/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- not shipped: runs outside n8n */
import { access, constants } from 'node:fs/promises';
import { SetupProblem } from '../../../tools/n8n/SetupProblem';

const usualPlaces = [
	'/usr/bin/chromium',
	'/usr/bin/chromium-browser',
	'/usr/bin/google-chrome',
	'/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
	'/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/** A browser that talks to nobody but the page under test, also as root in a container. */
export const browserArguments = [
	'--no-sandbox',
	'--disable-gpu',
	'--disable-quic',
	'--no-first-run',
	'--disable-background-networking',
	'--disable-component-update',
	'--disable-sync',
];

async function isExecutable(path: string): Promise<boolean> {
	return await access(path, constants.X_OK).then(
		() => true,
		() => false,
	);
}

/** The Chromium of this machine; `CHROMIUM_BIN` names another one. */
export async function findChromium(): Promise<string> {
	const chosen = process.env.CHROMIUM_BIN;
	for (const path of chosen ? [chosen] : usualPlaces) {
		if (await isExecutable(path)) return path;
	}
	throw new SetupProblem(
		chosen
			? `CHROMIUM_BIN is "${chosen}", which is not a program.`
			: 'The tests need Chromium or Chrome. On Debian: "apt-get install chromium". Elsewhere set CHROMIUM_BIN to its path.',
	);
}
