import type { JsonObject } from 'n8n-workflow';
import type { Exchange } from './RecordingServer';
import type { SavedNode } from './savedNode';

/** What a version of the nodes saved, sent, and returned. */
export interface Recording {
	/** The version that was recorded. */
	commit: string;
	/** Fields of the credential, apart from the key and the base URL. */
	credential: Record<string, string>;
	nodes: RecordedNode[];
}

export interface RecordedNode extends SavedNode {
	exchanges: Exchange[];
	output: JsonObject[];
}
