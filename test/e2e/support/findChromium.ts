/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- not shipped: runs outside n8n */
import { access, constants } from 'node:fs/promises';
import { SetupProblem } from '../../../tools/n8n/SetupProblem';

const usualPaths = [
	'/usr/bin/chromium',
	'/usr/bin/chromium-browser',
	'/usr/bin/google-chrome',
	'/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
	'/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/** Makes the browser connect only to the page under test, and run as root in a container. */
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

/** The path of the installed Chromium, or the one in `CHROMIUM_BIN`. */
export async function findChromium(): Promise<string> {
	const configured = process.env.CHROMIUM_BIN;
	for (const path of configured ? [configured] : usualPaths) {
		if (await isExecutable(path)) return path;
	}
	throw new SetupProblem(
		configured
			? `CHROMIUM_BIN is "${configured}", which is not an executable file.`
			: 'The tests need Chromium or Chrome. On Debian: "apt-get install chromium". Elsewhere, set CHROMIUM_BIN to its path.',
	);
}
