// Runs n8n's scanner for verified packages on the published files and on the sources.
// Usage: node scripts/scan.mjs <unpacked package folder>
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import {
	analyzePackage,
	SOURCE_FILE_PATTERNS,
} from '@n8n/scan-community-package/scanner/scanner.mjs';

const sources = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const published = path.resolve(process.argv[2] ?? '.');
const results = [
	['published files', await analyzePackage(published, ['**/*.js', 'package.json'])],
	['sources', await analyzePackage(sources, SOURCE_FILE_PATTERNS)],
];
for (const [name, { passed, message = '', details = '' }] of results) {
	console.log(`${name}: ${passed ? 'passed' : 'FAILED'} ${message} ${details}`.trim());
}
process.exitCode = results.every(([, { passed }]) => passed) ? 0 : 1;
