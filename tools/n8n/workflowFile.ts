/** A node of a saved workflow. Only fields that are used here are listed. */
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
	/** True if the workflow was published when it was exported. */
	active?: boolean;
	[field: string]: unknown;
}

/** A node's reference to a credential. */
export interface CredentialReference {
	id: string;
	name: string;
}

export interface SavedCredential extends CredentialReference {
	type: string;
}

/**
 * Replaces the credential in every node that uses this credential type, because the credential IDs
 * in an exported workflow exist only in the n8n instance that it comes from.
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
