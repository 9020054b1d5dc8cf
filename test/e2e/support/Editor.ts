/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- not shipped: runs outside n8n */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
	chromium,
	selectors,
	type Browser,
	type BrowserContext,
	type Locator,
	type Page,
} from 'playwright-core';
import { suiteAddress } from './suite';

selectors.setTestIdAttribute('data-test-id');

const projectFolder = join(__dirname, '../../..');
const imagesFolder = join(projectFolder, 'docs/images');
const failuresFolder = join(projectFolder, 'reports/e2e');
const size = { width: 1280, height: 800 };
const waitMs = 30_000;

/** Runs in the page, because buttons fade from one state to the next. */
const nothingMoves = `document.getAnimations().every(
	(animation) => animation.effect.getComputedTiming().iterations === Infinity,
)`;

export type Theme = 'light' | 'dark';

async function saveImage(page: Page, folder: string, name: string): Promise<void> {
	await mkdir(folder, { recursive: true });
	await page.screenshot({
		path: join(folder, `${name}.jpg`),
		type: 'jpeg',
		quality: 70,
	});
}

let connection: Promise<Browser> | undefined;
const windows = new Map<Theme, Promise<BrowserContext>>();

/** Opens a logged-in window. The tests of a file share it, so that n8n's scripts load once. */
async function openWindow(theme: Theme): Promise<BrowserContext> {
	const { browserUrl, n8nUrl, owner } = suiteAddress();
	connection ??= chromium.connect(browserUrl);
	const browser = await connection;
	const options = { baseURL: n8nUrl, viewport: size, colorScheme: theme };
	const context = await browser.newContext(options);
	context.setDefaultTimeout(waitMs);
	const page = await context.newPage();
	await page.goto('/signin');
	await page.locator('input[name="emailOrLdapLoginId"]').fill(owner.email);
	await page.locator('input[type="password"]').fill(owner.password);
	await page.getByTestId('form-submit-button').click();
	await page.waitForURL(/\/home\//);
	await page.close();
	return context;
}

afterAll(async () => await (await connection)?.close());

/** n8n's editor as the user operates it. */
export class Editor {
	private constructor(readonly page: Page) {}

	/** Opens a page in the window with this theme. */
	static async open(theme: Theme): Promise<Editor> {
		const window = windows.get(theme) ?? openWindow(theme);
		windows.set(theme, window);
		return new Editor(await (await window).newPage());
	}

	async close(): Promise<void> {
		await this.page.close();
	}

	/** The element with this test ID of n8n's own tests. */
	part(testId: string): Locator {
		return this.page.getByTestId(testId);
	}

	/** Saves the page as an image for the README if `UPDATE_SCREENSHOTS` is set. */
	async saveScreenshot(name: string): Promise<void> {
		if (!process.env.UPDATE_SCREENSHOTS) return;
		await this.page.mouse.move(0, 0);
		await this.page.waitForFunction(nothingMoves);
		await saveImage(this.page, imagesFolder, name);
	}

	/** Saves the page of a failed test. */
	async saveFailure(testName: string): Promise<void> {
		await saveImage(this.page, failuresFolder, testName.replace(/\W+/g, '-'));
	}

	async openWorkflow(workflowId: string): Promise<void> {
		await this.page.goto(`/workflow/${workflowId}`);
		await this.part('canvas-node').first().waitFor();
	}

	/** Creates a workflow with a manual trigger. */
	async createWorkflow(): Promise<void> {
		await this.page.goto('/workflow/new');
		await this.part('canvas-plus-button').click();
		await this.nodePanelName('Trigger manually').click();
		await this.part('canvas-trigger-node').waitFor();
	}

	/** Searches the node panel from the canvas. */
	async searchNodes(text: string): Promise<void> {
		await this.part('node-creator-plus-button').click();
		await this.part('node-creator-search-bar').fill(text);
	}

	/** The name of a node or an action in the node panel. */
	nodePanelName(name: string): Locator {
		return this.part('node-creator-item-name').getByText(name, { exact: true });
	}

	/** The icon of a node in the node panel. */
	nodePanelIcon(name: string): Locator {
		const entry = this.part('item-iterator-item').filter({ has: this.nodePanelName(name) });
		return entry.locator('img:visible').first();
	}

	/** Opens a node on the canvas. */
	async openNode(name: string): Promise<void> {
		await this.canvasNode(name).dblclick();
		await this.part('ndv').waitFor();
	}

	canvasNode(name: string): Locator {
		return this.page.locator(`[data-test-id="canvas-node"][data-node-name="${name}"]`);
	}

	/** Opens the live list of models and selects the one with this ID. */
	async pickModel(id: string): Promise<void> {
		await this.part('rlc-input').click();
		await this.part('rlc-item').filter({ hasText: id }).click();
	}

	/** Selects an option of a field of the open node. */
	async choose(parameter: string, option: string): Promise<void> {
		await this.part(`parameter-input-${parameter}`).click();
		await this.page.getByRole('option', { name: option }).first().click();
	}

	/** Opens the chat below the canvas. */
	async openChat(): Promise<void> {
		await this.part('workflow-chat-button').first().click();
		await this.page.locator('.chat-inputs textarea').waitFor();
	}

	async sendChat(message: string): Promise<void> {
		await this.page.locator('.chat-inputs textarea').fill(message);
		await this.page.keyboard.press('Enter');
	}

	/** The JSON in the output panel. */
	async readOutput(): Promise<string> {
		const panel = this.part('output-panel');
		await panel.getByTestId('radio-button-json').click();
		const data = panel.getByTestId('ndv-data-container').filter({ hasText: /\S/ });
		return await data.innerText();
	}
}

/** Runs a test in the editor. If it fails, saves an image of the page in `reports/e2e`. */
export async function inEditor(
	run: (editor: Editor) => Promise<void>,
	theme: Theme = 'light',
): Promise<void> {
	const editor = await Editor.open(theme);
	try {
		await run(editor);
	} catch (error) {
		await editor.saveFailure(expect.getState().currentTestName ?? 'test');
		await Promise.reject(error);
	} finally {
		await editor.close();
	}
}
