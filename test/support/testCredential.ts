import { ExecuteContext, RoutingNode } from 'n8n-core';
import {
	createRunExecutionData,
	type ICredentialDataDecryptedObject,
	type INode,
	type INodeType,
} from 'n8n-workflow';
import { WandbInferenceApi } from '../../credentials/WandbInferenceApi.credentials';
import { createAdditionalData } from '../../tools/engine/createAdditionalData';
import { createWorkflow } from '../../tools/engine/createWorkflow';

const credentialType = new WandbInferenceApi();

/** Sends the credential's test request and returns the message that the editor shows. */
export async function testCredential(fields: ICredentialDataDecryptedObject): Promise<string> {
	const node = createNode();
	const type = createNodeType();
	const context = new ExecuteContext(
		createWorkflow(node, type),
		node,
		createAdditionalData({ baseUrl: '', credential: fields }),
		'internal',
		createRunExecutionData({}),
		0,
		[],
		{ main: [[{ json: {} }]] },
		{ node, data: {}, source: null },
		[],
	);
	const credential = { id: '1', name: 'W&B', type: credentialType.name, data: fields };
	try {
		await new RoutingNode(context, type, credential).runNode();
		return 'Connection successful!';
	} catch (error) {
		return messageOf(error as FailedTest);
	}
}

interface FailedTest extends Error {
	cause?: { code?: string; response?: { status: number; statusText: string } };
}

/** The same choice as in n8n's CredentialsTester, which is not published as a library. */
function messageOf({ message, cause }: FailedTest): string {
	if (cause?.response) {
		const { status, statusText } = cause.response;
		const rule = credentialType.test.rules?.find(({ properties }) => properties.value === status);
		return rule?.properties.message ?? statusText;
	}
	return cause?.code ?? message;
}

function createNode(): INode {
	return {
		id: 'temp',
		name: 'Temp-Node',
		type: 'n8n-nodes-base.noOp',
		typeVersion: 1,
		position: [0, 0],
		parameters: {},
		credentials: { [credentialType.name]: { id: '1', name: 'W&B' } },
	};
}

function createNodeType(): INodeType {
	return {
		description: {
			displayName: 'No Operation',
			name: 'noOp',
			group: [],
			version: 1,
			description: '',
			defaults: {},
			inputs: ['main'],
			outputs: ['main'],
			credentials: [{ name: credentialType.name, required: true }],
			properties: [
				{
					displayName: 'Temp',
					name: 'temp',
					type: 'string',
					default: '',
					routing: { request: credentialType.test.request },
				},
			],
		},
	};
}
