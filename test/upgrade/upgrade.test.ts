/* eslint-disable @n8n/community-nodes/no-restricted-imports -- not shipped: runs outside n8n */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NodeHelpers, type INode } from 'n8n-workflow';
import { fixturesFolder } from '../support/cannedResponse';
import { descriptions } from './descriptions';
import { intendedChanges } from './intendedChanges';
import { RecordingServer, replay, type Exchange } from './RecordingServer';
import type { RecordedNode, Recording } from './Recording';
import { runSavedNode } from './runSavedNode';
import { asSaved } from './savedNode';

const folder = join(fixturesFolder, 'savedNodes');
const versions = readdirSync(folder).map((file) => file.replace(/\.json$/, ''));

const readRecording = (version: string) =>
	JSON.parse(readFileSync(join(folder, `${version}.json`), 'utf8')) as Recording;

/** What the node sent to the chat endpoints, in an order that does not depend on timing. */
function sentTo(exchanges: Exchange[]): string[] {
	return exchanges
		.map(({ request }) => request)
		.filter(({ path }) => path.startsWith('/v1/'))
		.map((request) => JSON.stringify(request, sortedKeys, 1))
		.sort();
}

function sortedKeys(_key: string, value: unknown): unknown {
	const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
	return isObject ? Object.fromEntries(Object.entries(value).sort()) : value;
}

async function runToday(recorded: RecordedNode, credential: Recording['credential']) {
	const server = new RecordingServer(replay(recorded.exchanges));
	await server.listen();
	try {
		const output = await runSavedNode(recorded, server.origin, credential);
		return { output, sent: sentTo(server.exchanges) };
	} finally {
		await server.close();
	}
}

test('there are recordings of the version before version 0.2, and of a later one', () => {
	expect(versions).toEqual(expect.arrayContaining(['0.1.0', '0.2.0']));
});

describe.each(versions)('a workflow that was saved with %s', (version) => {
	const { nodes, credential } = readRecording(version);
	const changes = intendedChanges[version] ?? [];

	test.each(nodes.map((node) => [node.name, node] as const))(
		'sends and returns the same: %s',
		async (_, recorded) => {
			const today = await runToday(recorded, credential);
			const expected = structuredClone(recorded);
			for (const { apply } of changes) apply(expected);
			expect(today.sent).toEqual(sentTo(expected.exchanges));
			expect(today.output).toEqual(expected.output);
		},
	);

	test.each(nodes.map((node) => [node.name, node] as const))(
		'opens without a problem and keeps every value: %s',
		(_, { type, parameters }) => {
			const description = descriptions[type];
			expect(asSaved(parameters, description)).toEqual(parameters);
			const node = { name: 'Saved', type, typeVersion: 1, parameters } as INode;
			const { properties } = description;
			expect(NodeHelpers.getNodeParametersIssues(properties, node, description)).toBeNull();
		},
	);
});

const namedChanges = Object.entries(intendedChanges).flatMap(([version, changes]) =>
	changes.map(({ why, apply }) => [version, why, apply] as const),
);

test.each(namedChanges)('differs from %s as intended: %s', (version, _, apply) => {
	const { nodes } = readRecording(version);
	const changed = structuredClone(nodes);
	for (const node of changed) apply(node);
	expect(changed).not.toEqual(nodes);
});
