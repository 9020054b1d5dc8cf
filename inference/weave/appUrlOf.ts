/**
 * Where people see what is written to a Weave address: W&B's own website or, for a dedicated
 * instance, the address in front of `/traces`. `undefined` if the address does not say.
 */
export function appUrlOf(weaveUrl: string): string | undefined {
	const { hostname, origin, pathname } = new URL(weaveUrl);
	if (hostname === 'trace.wandb.ai') return 'https://wandb.ai';
	const [, path] = /^(.*)\/traces$/.exec(pathname) ?? [];
	return path === undefined ? undefined : `${origin}${path}`;
}
