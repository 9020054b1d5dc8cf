/**
 * The development dependencies that the published package contains: `npm run build` bundles them,
 * because n8n installs no dependencies of community nodes. Their licenses are in
 * `bundled.LICENSES.txt`.
 */
export { dereference, Validator } from '@cfworker/json-schema';
export { jsonrepair } from 'jsonrepair';
