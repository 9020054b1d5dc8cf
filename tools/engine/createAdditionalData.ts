import type {
	ICredentialDataDecryptedObject,
	ICredentialsHelper,
	IDataObject,
	IHttpRequestOptions,
	IWorkflowExecuteAdditionalData,
	StructuredChunk,
} from 'n8n-workflow';
import { WandbInferenceApi } from '../../credentials/WandbInferenceApi.credentials';

export interface EngineOptions {
	baseUrl: string;
	/** Credential fields that override the simulator's. */
	credential?: IDataObject;
	/** If set, the execution streams and calls this with each chunk. */
	onChunk?: (chunk: StructuredChunk) => void;
}

/** Data and functions that n8n's server normally provides to a running node. */
export function createAdditionalData(options: EngineOptions): IWorkflowExecuteAdditionalData {
	const url = 'http://127.0.0.1:5678';
	const { baseUrl, credential, onChunk } = options;
	return {
		credentialsHelper: createCredentialsHelper({
			apiKey: 'simulator-key',
			project: '',
			baseUrl,
			...credential,
		}),
		restApiUrl: url,
		instanceBaseUrl: url,
		webhookBaseUrl: url,
		webhookWaitingBaseUrl: url,
		formWaitingBaseUrl: url,
		variables: {},
		logAiEvent: () => undefined,
		streamingEnabled: onChunk !== undefined,
		hooks: onChunk && {
			handlers: { sendChunk: [onChunk] },
			runHook: async (_name: string, [chunk]: [StructuredChunk]) => onChunk(chunk),
		},
	} as unknown as IWorkflowExecuteAdditionalData;
}

function createCredentialsHelper(credential: IDataObject): ICredentialsHelper {
	const data = credential as ICredentialDataDecryptedObject;
	const type = new WandbInferenceApi();
	return {
		getParentTypes: () => [],
		getDecrypted: async () => data,
		getCredentials: async () => ({}),
		getCredentialsProperties: () => type.properties,
		isCredentialUsableByNode: () => true,
		preAuthentication: async () => undefined,
		authenticate: async (
			credentials: ICredentialDataDecryptedObject,
			_: string,
			options: IHttpRequestOptions,
		) => await type.authenticate(credentials, options),
	} as unknown as ICredentialsHelper;
}
