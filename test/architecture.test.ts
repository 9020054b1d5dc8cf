import { WandbInferenceApi } from '../credentials/WandbInferenceApi.credentials';
import { LmChatWandbInference } from '../nodes/LmChatWandbInference/LmChatWandbInference.node';
import { WandbInferenceChat } from '../nodes/WandbInferenceChat/WandbInferenceChat.node';
import { readSourceFiles } from './support/sourceFiles';
import { labelsOf } from './support/labelsOf';

const files = readSourceFiles();

/** Each offending import, as `importer -> imported file`. */
function importsThat(isWrong: (importer: string, target: string) => boolean): string[] {
	return files.flatMap(({ path, imports }) =>
		imports
			.filter(({ target }) => target !== undefined && isWrong(path, target))
			.map(({ target }) => `${path} -> ${target}`),
	);
}

const isIn = (folder: string, path: string) => path.startsWith(`${folder}/`);

/** What each folder may import; `test` may import everything. */
const allowedImports: Record<string, string[]> = {
	inference: ['inference'],
	nodes: ['nodes', 'inference'],
	credentials: ['credentials', 'inference'],
	tools: ['tools', 'nodes', 'inference', 'credentials'],
	scripts: ['scripts', 'tools', 'nodes', 'inference', 'credentials'],
	bench: ['bench', 'tools', 'nodes', 'inference', 'credentials'],
};

describe('dependencies run one way', () => {
	test.each(Object.entries(allowedImports))('%s/ imports only from %j', (folder, allowed) => {
		const isProjectFile = (path: string) => /^\w+\//.test(path) && !isIn('node_modules', path);
		const wrong = importsThat(
			(importer, target) =>
				isIn(folder, importer) &&
				isProjectFile(target) &&
				!allowed.some((allowedFolder) => isIn(allowedFolder, target)),
		);
		expect(wrong).toEqual([]);
	});

	test.each([
		['inference/http', ['inference/completion', 'inference/pacing']],
		['inference/pacing', ['inference/http', 'inference/completion']],
		['inference/completion', ['inference/pacing']],
		['nodes/WandbInferenceChat', ['nodes/LmChatWandbInference']],
		['nodes/LmChatWandbInference', ['nodes/WandbInferenceChat']],
		['nodes/shared', ['nodes/WandbInferenceChat', 'nodes/LmChatWandbInference']],
	])('%s/ does not import from %j', (folder, forbidden) => {
		const wrong = importsThat(
			(importer, target) =>
				isIn(folder, importer) && forbidden.some((other) => isIn(other, target)),
		);
		expect(wrong).toEqual([]);
	});

	test('the folders in inference/ import only errors and JSON from its top level', () => {
		const wrong = importsThat(
			(importer, target) =>
				/^inference\/\w+\//.test(importer) &&
				/^inference\/[^/]+$/.test(target) &&
				!/^inference\/(InferenceError|json)\.ts$/.test(target),
		);
		expect(wrong).toEqual([]);
	});
});

test('every import resolves', () => {
	const unresolved = files.flatMap(({ path, imports }) =>
		imports
			.filter(({ target }) => target === undefined)
			.map(({ specifier }) => `${path} -> ${specifier}`),
	);
	expect(unresolved).toEqual([]);
});

test('only the transport calls the HTTP helper of n8n', () => {
	const helpers = ['httpRequest', 'httpRequestWithAuthentication'];
	const callers = files
		.filter(({ path }) => /^(credentials|inference|nodes)\//.test(path))
		.filter(({ identifiers, texts }) =>
			helpers.some((helper) => identifiers.has(helper) || texts.includes(helper)),
		)
		.map(({ path }) => path);
	expect(callers).toEqual(['inference/http/transport.ts']);
});

/** The labels in `text`. Labels of one word, such as 'Stream', only count in quotes. */
function labelsIn(text: string, labels: string[]): string[] {
	return labels.filter(
		(label) => text.includes(`'${label}'`) || (label.includes(' ') && hasWords(text, label)),
	);
}

function hasWords(text: string, words: string): boolean {
	return ` ${text.replace(/[^\w&]+/g, ' ')} `.includes(
		` ${words.replace(/[^\w&]+/g, ' ').trim()} `,
	);
}

describe('inference/ does not know the editor', () => {
	const nodes = [new WandbInferenceChat().description, new LmChatWandbInference().description];
	const labels = [
		...nodes.map(({ displayName }) => displayName),
		...labelsOf(nodes.flatMap(({ properties }) => properties)),
		...labelsOf(new WandbInferenceApi().properties),
	];

	test('the labels of both nodes and of the credential are found', () => {
		expect(labels).toEqual(
			expect.arrayContaining([
				...['W&B Inference Chat', 'W&B Inference Chat Model', 'Base URL', 'From List'],
				...['Retry Policy', 'Max Wait', '429 Too Many Requests', 'Extra Headers', 'Stream'],
			]),
		);
		expect(labelsIn("Raise the Max Wait, or turn 'Stream' off. Streams", labels)).toEqual(
			expect.arrayContaining(['Max Wait', 'Stream']),
		);
		expect(labelsIn('Stream the maximum, wait', labels)).toEqual([]);
	});

	test('no text in inference/ names a label of the editor', () => {
		const named = files
			.filter(({ path }) => isIn('inference', path))
			.flatMap(({ path, texts }) =>
				texts.flatMap((text) =>
					labelsIn(text, labels).map((label) => `${path} names '${label}': ${text}`),
				),
			);
		expect(named).toEqual([]);
	});
});

describe('files', () => {
	/** Tables of data, which are easier to read in one file. */
	const tables: Record<string, string> = {
		'nodes/shared/requestParameters.ts': 'the only list of request parameters',
		'test/chaos/faults.ts': 'the faults of the chaos matrix',
		'test/nodes/errorBodies.test.ts': 'error bodies as services and gateways write them',
		'test/nodes/WandbInferenceChat/badInput.test.ts': 'every wrong input and its message',
		'test/nodes/WandbInferenceChat/serviceErrors.test.ts': 'every service error and its message',
	};
	const maximumLines = 300;

	test(`no file has more than ${maximumLines} lines, except tables of data`, () => {
		const long = files
			.filter(({ path, lineCount }) => lineCount > maximumLines && !(path in tables))
			.map(({ path, lineCount }) => `${path} has ${lineCount} lines`);
		expect(long).toEqual([]);
	});

	test('no file or folder has a name that says nothing about its content', () => {
		const vague = /(^|\/)(utils?|helpers?|common|constants?|types?)(\/|\.)/i;
		expect(files.map(({ path }) => path).filter((path) => vague.test(path))).toEqual([]);
	});
});
