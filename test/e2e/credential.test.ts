import { credentialName, openBench, type Bench } from './support/bench';
import { inEditor, type Editor } from './support/Editor';

let bench: Bench;

beforeAll(async () => {
	bench = await openBench();
});
beforeEach(async () => {
	bench.simulator.reset();
	await removeOtherCredentials();
});
afterAll(async () => {
	await removeOtherCredentials();
	await bench.close();
});

/** Leaves one credential, so that the editor chooses it by itself in later tests. */
async function removeOtherCredentials(): Promise<void> {
	const saved = await bench.client.request<Array<{ id: string; name: string }>>(
		'GET',
		'credentials',
	);
	for (const { id, name } of saved) {
		if (name !== credentialName) await bench.client.request('DELETE', `credentials/${id}`);
	}
}

async function saveNewCredential(editor: Editor, apiKey: string): Promise<void> {
	await editor.page.goto('/home/credentials/create');
	await editor.part('new-credential-type-select').locator('input').fill('W&B Inference');
	await editor.part('new-credential-type-select-option').getByText('W&B Inference API').click();
	await editor.part('new-credential-type-button').click();
	await editor.part('parameter-input-apiKey').locator('input').fill(apiKey);
	await editor.part('parameter-input-baseUrl').locator('input').fill(bench.simulator.baseUrl);
	await editor.part('credential-save-button').click();
}

test('a right key is saved and the connection tested from the editor', async () => {
	await inEditor(async (editor) => {
		await saveNewCredential(editor, 'simulator-key');
		await editor.part('credentials-config-container-test-success').waitFor();
		expect(bench.simulator.requests).toMatchObject([
			{ method: 'GET', path: '/v1/models', headers: { authorization: 'Bearer simulator-key' } },
		]);
		await editor.saveScreenshot('credential');
	});
});

test('a wrong key is refused with the words of the service', async () => {
	await inEditor(async (editor) => {
		await saveNewCredential(editor, 'wrong-key');
		await editor.page.getByText('More details').click();
		await editor.page
			// Older n8n words it by itself.
			.getByText(/Authentication failed\. Check the API key|Authorization failed - please check/)
			.first()
			.waitFor();
		await editor.saveScreenshot('credential-error');
	});
});

test('the icon of the credential stands in its form', async () => {
	await inEditor(async (editor) => {
		await saveNewCredential(editor, 'simulator-key');
		const icon = editor.page.locator('[role="dialog"] img[src*="wandbInference"]:visible').first();
		await icon.waitFor();
		expect(await icon.getAttribute('src')).toContain('wandbInference.svg');
	});
});
