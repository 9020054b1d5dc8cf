/* eslint-disable @n8n/community-nodes/no-restricted-globals -- not shipped: runs outside n8n */

/** Variables passed on to n8n. Excludes the user's own n8n settings. */
const inheritedVariables = [
	'HOME',
	'LANG',
	'LC_ALL',
	'NODE_EXTRA_CA_CERTS',
	'NODE_OPTIONS',
	'TMPDIR',
	'TZ',
	'USER',
	...['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'].flatMap((name) => [name, name.toLowerCase()]),
];

const quietLocalN8n = {
	N8N_LISTEN_ADDRESS: '127.0.0.1',
	N8N_HOST: '127.0.0.1',
	N8N_PROTOCOL: 'http',
	N8N_SECURE_COOKIE: 'false',
	N8N_DIAGNOSTICS_ENABLED: 'false',
	N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
	N8N_VERSION_NOTIFICATIONS_WHATS_NEW_ENABLED: 'false',
	N8N_DYNAMIC_BANNERS_ENABLED: 'false',
	N8N_HIRING_BANNER_ENABLED: 'false',
	N8N_TEMPLATES_ENABLED: 'false',
	N8N_PERSONALIZATION_ENABLED: 'false',
	N8N_VERIFIED_PACKAGES_ENABLED: 'false',
	N8N_UNVERIFIED_PACKAGES_ENABLED: 'true',
	N8N_GRACEFUL_SHUTDOWN_TIMEOUT: '5',
	NO_COLOR: '1',
};

export interface N8nAddress {
	port: number;
	brokerPort: number;
}

/**
 * The complete environment for a local n8n without telemetry or promotions. Leaves out variables
 * such as `DB_TYPE` and `N8N_ENCRYPTION_KEY`, so that n8n cannot touch another instance's data.
 */
export function n8nEnvironment(
	userFolder: string,
	path: string,
	{ port, brokerPort }: N8nAddress,
): NodeJS.ProcessEnv {
	const inherited = inheritedVariables.flatMap((name) =>
		process.env[name] === undefined ? [] : [[name, process.env[name]]],
	);
	return {
		...Object.fromEntries(inherited),
		...quietLocalN8n,
		PATH: path,
		N8N_USER_FOLDER: userFolder,
		N8N_PORT: String(port),
		N8N_RUNNERS_BROKER_PORT: String(brokerPort),
	};
}
