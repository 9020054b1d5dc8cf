/** A node of a workflow as it is saved: only what has to be known here. */
export interface WorkflowNode {
	name: string;
	type: string;
	disabled?: boolean;
	credentials?: Record<string, CredentialReference>;
	[field: string]: unknown;
}

/** A workflow as n8n exports it. */
export interface WorkflowFile {
	name: string;
	nodes: WorkflowNode[];
	connections: Record<string, unknown>;
	settings?: Record<string, unknown>;
	/** Exported from a published workflow. */
	active?: boolean;
	[field: string]: unknown;
}

/** How a node names the credential that it uses. */
export interface CredentialReference {
	id: string;
	name: string;
}

/** A saved credential, with the type that decides which nodes can use it. */
export interface SavedCredential extends CredentialReference {
	type: string;
}

/**
 * The workflow with every node that asks for a credential of this type using this one: an exported
 * workflow names a credential by an id that exists only where it came from.
 */
export function withCredential(
	workflow: WorkflowFile,
	{ id, name, type }: SavedCredential,
): WorkflowFile {
	const nodes = workflow.nodes.map((node) =>
		node.credentials?.[type]
			? { ...node, credentials: { ...node.credentials, [type]: { id, name } } }
			: node,
	);
	return { ...workflow, nodes };
}
