import type { INodeTypeDescription } from 'n8n-workflow';
import { LmChatWandbInference } from '../../nodes/LmChatWandbInference/LmChatWandbInference.node';
import { WandbInferenceChat } from '../../nodes/WandbInferenceChat/WandbInferenceChat.node.js';
import type { SavedNode } from './savedNode';

const chat = new WandbInferenceChat().description;

/** The nodes as this version describes them to n8n. */
export const descriptions: Record<SavedNode['type'], INodeTypeDescription> = {
	wandbInferenceChat: chat,
	wandbInferenceChatTool: chat,
	lmChatWandbInference: new LmChatWandbInference().description,
};
