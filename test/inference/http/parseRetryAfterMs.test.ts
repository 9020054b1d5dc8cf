/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-dangerous-functions -- not shipped: runs outside n8n */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { parseRetryAfterMs } from '../../../inference/http/parseRetryAfterMs';

const nowMs = Date.UTC(2026, 10, 22, 12, 0, 0);

describe('parseRetryAfterMs', () => {
	test.each<[string, Record<string, string>, number]>([
		['milliseconds', { 'retry-after-ms': '250' }, 250],
		['decimal milliseconds', { 'retry-after-ms': '0.5' }, 0.5],
		['milliseconds rather than seconds', { 'retry-after-ms': '250', 'retry-after': '9' }, 250],
		[
			'seconds if the milliseconds make no sense',
			{ 'retry-after-ms': 'x', 'retry-after': '9' },
			9000,
		],
		['no wait', { 'retry-after': '0' }, 0],
		['decimal seconds', { 'retry-after': '0.1' }, 100],
		['seconds', { 'retry-after': '120' }, 120_000],
		['seconds to the hundredth', { 'retry-after': '0.25' }, 250],
		['seconds between spaces', { 'retry-after': ' 7 ' }, 7000],
		['an HTTP date', { 'retry-after': 'Sun, 22 Nov 2026 12:01:30 GMT' }, 90_000],
		['an HTTP date between spaces', { 'retry-after': ' Sun, 22 Nov 2026 12:01:30 GMT ' }, 90_000],
		[
			'a date relative to the Date header, if there is one',
			{ 'retry-after': 'Sun, 22 Nov 2026 09:00:30 GMT', date: 'Sun, 22 Nov 2026 09:00:00 GMT' },
			30_000,
		],
		['an RFC 850 date', { 'retry-after': 'Sunday, 22-Nov-26 12:01:30 GMT' }, 90_000],
		['an asctime date', { 'retry-after': 'Sun Nov 22 12:01:30 2026' }, 90_000],
		[
			'an asctime date with a space instead of a digit',
			{ 'retry-after': 'Tue Dec  1 12:00:00 2026' },
			9 * 86_400_000,
		],
		['a date in the past as 0', { 'retry-after': 'Sun, 06 Nov 1994 08:49:37 GMT' }, 0],
	])('reads %s', (_, headers, expected) => {
		expect(parseRetryAfterMs(headers, nowMs)).toBe(expected);
	});

	test.each([
		'',
		' ',
		'soon',
		'soon 5',
		'-5',
		'+5',
		'1e3',
		'5s',
		'0x10',
		'Infinity',
		'NaN',
		'2026-11-22T12:01:30Z',
		'after Sun, 22 Nov 2026 12:01:30 GMT',
		'later, maybe 2031',
		'Sun, 99 Foo 2026 12:01:30 GMT',
		'Sunday',
	])('returns undefined for %j', (text) => {
		const headers = { 'retry-after-ms': text, 'retry-after': text };
		expect(parseRetryAfterMs(headers, nowMs)).toBeUndefined();
	});

	test('returns undefined without either header', () => {
		expect(parseRetryAfterMs({ 'content-type': 'application/json' }, nowMs)).toBeUndefined();
	});

	test('reads dates as GMT in any time zone', () => {
		const module = join(__dirname, '..', '..', '..', 'inference', 'http', 'parseRetryAfterMs.ts');
		const program = `
			const { parseRetryAfterMs } = require(${JSON.stringify(module)});
			const dates = ['Sun, 22 Nov 2026 12:01:30 GMT', 'Sunday, 22-Nov-26 12:01:30 GMT', 'Sun Nov 22 12:01:30 2026'];
			const read = (date) => parseRetryAfterMs({ 'retry-after': date }, ${nowMs});
			console.log(JSON.stringify([new Date(${nowMs}).getHours(), ...dates.map(read)]));`;
		const output = execFileSync(process.execPath, ['--import', 'tsx', '-e', program], {
			env: { ...process.env, TZ: 'Asia/Tokyo' },
			encoding: 'utf8',
		});
		expect(JSON.parse(output)).toEqual([21, 90_000, 90_000, 90_000]);
	});
});
