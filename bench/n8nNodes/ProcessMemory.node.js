const { setFlagsFromString } = require('node:v8');
const { runInNewContext } = require('node:vm');

/**
 * Returns how much memory n8n's process uses after garbage collection, and how much it has used at
 * most since it started.
 */
class ProcessMemory {
	description = {
		displayName: 'Process Memory',
		name: 'processMemory',
		group: ['transform'],
		version: 1,
		description: "Returns the memory of n8n's process",
		defaults: { name: 'Process Memory' },
		inputs: ['main'],
		outputs: ['main'],
		properties: [],
	};

	async execute() {
		setFlagsFromString('--expose-gc');
		runInNewContext('gc')();
		const json = {
			residentBytes: process.memoryUsage.rss(),
			peakResidentBytes: process.resourceUsage().maxRSS * 1024,
		};
		return [[{ json, pairedItem: { item: 0 } }]];
	}
}

module.exports = { ProcessMemory };
