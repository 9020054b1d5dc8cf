/** How long a request may go without a response until it is worth asking whether there is one. */
export const suspiciousMs = 15_000;

/** A response within this time proves that an address can be reached. */
const provenMs = 60_000;

/**
 * Tells a service that takes its time from an address that cannot be reached, such as one behind a
 * firewall that drops connections. n8n's HTTP helper has no timeout for connecting, and the one of
 * the operating system can be minutes, as long as a reasoning model may think.
 */
export class Reachability {
	private provenAtMs = -Infinity;

	private probing?: Promise<boolean>;

	constructor(private readonly now: () => number) {}

	/** The address has responded, whatever the status. */
	readonly sawResponse = (): void => {
		this.provenAtMs = this.now();
	};

	/** Whether the address has responded a short time ago. */
	get isProven(): boolean {
		return this.now() - this.provenAtMs < provenMs;
	}

	/**
	 * Whether the address can be reached. `probe` sends a small request and rejects if there is no
	 * response to it; requests that ask at the same time share one.
	 */
	async check(probe: () => Promise<unknown>): Promise<boolean> {
		if (this.isProven) return true;
		this.probing ??= this.ask(probe).finally(() => (this.probing = undefined));
		return await this.probing;
	}

	private async ask(probe: () => Promise<unknown>): Promise<boolean> {
		try {
			await probe();
			this.sawResponse();
			return true;
		} catch {
			// Another request may have been answered in the meantime.
			return this.isProven;
		}
	}
}
