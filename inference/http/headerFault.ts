/** Headers that the client sets itself. Other values would break the request or leak the key. */
const reservedHeaders =
	/^(authorization|proxy-authorization|host|connection|content-length|content-type|transfer-encoding|accept)$/i;

/** Why a header that the user set cannot be sent, if it cannot. */
export function headerFault(
	name: string,
	value: string,
): 'reserved' | 'invalidName' | 'invalidValue' | undefined {
	if (reservedHeaders.test(name)) return 'reserved';
	if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) return 'invalidName';
	return /^[\t\x20-\x7e]*$/.test(value) ? undefined : 'invalidValue';
}
