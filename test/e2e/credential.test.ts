import { credentialName, openN8nSession, type N8nSession } from './support/openN8nSession';
import { inEditor, type Editor } from './support/Editor';

let session: N8nSession;

beforeAll(async () => {
	session = await openN8nSession();
});
beforeEach(async () => {
	session.simulator.reset();
	await removeOtherCredentials();
});
afterAll(async () => {
	await removeOtherCredentials();
	await session.close();
});

/** Leaves one credential, so that the editor selects it automatically in later tests. */
async function removeOtherCredentials(): Promise<void> {
	const saved = await session.client.request<Array<{ id: string; name: string }>>(
		'GET',
		'credentials',
	);
	for (const { id, name } of saved) {
		if (name !== credentialName) await session.client.request('DELETE', `credentials/${id}`);
	}
}

async function saveNewCredential(editor: Editor, apiKey: string): Promise<void> {
	await editor.page.goto('/home/credentials/create');
	await editor.part('new-credential-type-select').locator('input').fill('W&B Inference');
	await editor.part('new-credential-type-select-option').getByText('W&B Inference API').click();
	await editor.part('new-credential-type-button').click();
	await editor.part('parameter-input-apiKey').locator('input').fill(apiKey);
	await editor.part('parameter-input-baseUrl').locator('input').fill(session.simulator.baseUrl);
	await editor.part('credential-save-button').click();
}

test('saving a valid key in the editor tests the connection', async () => {
	await inEditor(async (editor) => {
		await saveNewCredential(editor, 'simulator-key');
		await editor.part('credentials-config-container-test-success').waitFor();
		expect(session.simulator.requests).toMatchObject([
			{ method: 'GET', path: '/v1/models', headers: { authorization: 'Bearer simulator-key' } },
		]);
		await editor.saveScreenshot('credential');
	});
});

test('an invalid key shows an authentication error', async () => {
	await inEditor(async (editor) => {
		await saveNewCredential(editor, 'wrong-key');
		await editor.page.getByText('More details').click();
		await editor.page
			// Older versions of n8n use their own message.
			.getByText(/Authentication failed\. Check the API key|Authorization failed - please check/)
			.first()
			.waitFor();
	});
});

test('the credential form shows its icon', async () => {
	await inEditor(async (editor) => {
		await saveNewCredential(editor, 'simulator-key');
		const icon = editor.page.locator('[role="dialog"] img[src*="wandbInference"]:visible').first();
		await icon.waitFor();
		expect(await icon.getAttribute('src')).toContain('wandbInference.svg');
	});
});
