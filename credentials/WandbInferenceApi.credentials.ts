import type {
	ICredentialDataDecryptedObject,
	ICredentialTestRequest,
	ICredentialType,
	IDataObject,
	IHttpRequestOptions,
	INodeProperties,
} from 'n8n-workflow';
import { defaultWeaveUrl, isProjectHeader, toConnection } from '../inference/http/connection';

export class WandbInferenceApi implements ICredentialType {
	name = 'wandbInferenceApi';

	displayName = 'W&B Inference API';

	icon = {
		light: 'file:../icons/wandbInference.svg',
		dark: 'file:../icons/wandbInference.dark.svg',
	} as const;

	documentationUrl =
		'https://github.com/n8n-nodes-wandb-inference/n8n-nodes-wandb-inference#credential';

	properties: INodeProperties[] = [
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			description:
				'Your W&B API key, from <a href="https://wandb.ai/authorize">wandb.ai/authorize</a>. If you use a LiteLLM proxy, enter its virtual key.',
		},
		{
			displayName: 'Project',
			name: 'project',
			type: 'string',
			default: '',
			placeholder: 'e.g. my-team/my-project',
			description:
				'W&B team and project to attribute usage to. Leave empty for your default project. Required for legacy personal accounts and for fine-tuned models.',
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: 'https://api.inference.wandb.ai/v1',
			placeholder: 'e.g. http://localhost:4000/v1',
			description: 'Change this only to use a gateway such as a LiteLLM proxy',
		},
		{
			displayName: 'Headers',
			name: 'headers',
			type: 'json',
			default: '{}',
			placeholder: 'e.g. { "x-portkey-provider": "openai" }',
			description:
				'JSON object of headers to send with every request, also with this test and for the list of models. Only for gateways that need them.',
		},
		{
			displayName: 'Weave URL',
			name: 'weaveUrl',
			type: 'string',
			default: defaultWeaveUrl,
			description:
				'Where the nodes read prices and features of models and, if you turn on traces, send prompts and answers with your API key. For a dedicated W&B instance, enter its address with /traces at the end. Leave empty to turn both off.',
		},
	];

	/**
	 * A function instead of expressions, because it checks the fields like the nodes do, sends the
	 * project header only if it is filled in, and keeps an `OpenAI-Project` header that the node set
	 * for a request.
	 */
	async authenticate(
		credentials: ICredentialDataDecryptedObject,
		requestOptions: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> {
		const { apiKey, project, headers: ownHeaders } = toConnection(credentials);
		const headers: IDataObject = {
			...ownHeaders,
			...requestOptions.headers,
			Authorization: `Bearer ${apiKey}`,
		};
		const hasProject = Object.keys(headers).some(isProjectHeader);
		if (project !== undefined && !hasProject) headers['OpenAI-Project'] = project;
		return { ...requestOptions, headers };
	}

	test: ICredentialTestRequest = {
		request: {
			url: '={{ $credentials.baseUrl.trim().replace(/\\/+$/, "") + "/models" }}',
		},
		rules: [
			{
				type: 'responseCode',
				properties: {
					value: 400,
					message:
						"The service rejected the request. If the base URL is a gateway, enter the headers that it needs in 'Headers'.",
				},
			},
			{
				type: 'responseCode',
				properties: {
					value: 401,
					message:
						"Authentication failed. Check the API key and, if set, that 'Project' is team/project exactly as spelled in W&B.",
				},
			},
			{
				type: 'responseCode',
				properties: {
					value: 403,
					message:
						'Access denied. W&B Inference may not be available in your location or organization, or this key cannot use the project.',
				},
			},
			{
				type: 'responseCode',
				properties: {
					value: 404,
					message: 'There is no API at this address. The base URL normally ends in /v1.',
				},
			},
		],
	};
}
