import type {
	ICredentialDataDecryptedObject,
	ICredentialTestRequest,
	ICredentialType,
	IHttpRequestOptions,
	INodeProperties,
} from 'n8n-workflow';

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
				'Your W&B API key, from <a href="https://wandb.ai/authorize">wandb.ai/authorize</a>. For a LiteLLM proxy: its virtual key.',
		},
		{
			displayName: 'Project',
			name: 'project',
			type: 'string',
			default: '',
			placeholder: 'e.g. my-team/my-project',
			description:
				'W&B team and project that the usage is counted for. Leave empty for your default project. Legacy personal accounts need it.',
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: 'https://api.inference.wandb.ai/v1',
			placeholder: 'e.g. http://localhost:4000/v1',
			description: 'Change it only to reach a gateway such as a LiteLLM proxy',
		},
	];

	/**
	 * A function rather than a set of expressions: the project header travels only when filled, an
	 * `OpenAI-Project` that the node has set for one request stays, and it costs no evaluation.
	 */
	async authenticate(
		credentials: ICredentialDataDecryptedObject,
		requestOptions: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> {
		const headers = { ...requestOptions.headers };
		headers.Authorization = `Bearer ${String(credentials.apiKey).trim()}`;
		const project = String(credentials.project ?? '').trim();
		const hasProject = Object.keys(headers).some((name) => /^openai-project$/i.test(name));
		if (project !== '' && !hasProject) headers['OpenAI-Project'] = project;
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
					value: 401,
					message:
						"Authentication failed. Check the API key, and that 'Project' is team/project as spelled in W&B.",
				},
			},
			{
				type: 'responseCode',
				properties: {
					value: 403,
					message: 'The service refuses requests from this country, or this key for this project.',
				},
			},
			{
				type: 'responseCode',
				properties: {
					value: 404,
					message: "There is no API at this address. 'Base URL' normally ends in /v1.",
				},
			},
		],
	};
}
