import { checkToolExpressions } from '../../../nodes/WandbInferenceChat/checkToolExpressions';

const check = (value: string, itemCount = 2) =>
	checkToolExpressions(
		[
			{ name: 'Other', type: 'tool', typeVersion: 1, disabled: false },
			{
				name: 'City',
				type: 'tool',
				typeVersion: 1,
				disabled: false,
				parameters: { options: { values: [{ value }] } },
			},
		],
		itemCount,
	);

test.each([
	'={{ $json.city }}',
	'=Of {{ $input.item.json.city }}',
	"={{ $('Rows').item.json.city }}",
	'={{ $itemIndex }}',
	'={{ $binary.data.fileName }}',
])('%s would be that of the first item', (value) => {
	expect(() => check(value)).toThrow(
		"The connected tool 'City' has expressions that depend on the item, but n8n resolves them only for the first of 2 items",
	);
	expect(() => check(value, 1)).not.toThrow();
});

test.each([
	'$json.city',
	"={{ $fromAI('city') }}",
	'={{ $input.first().json.city }}',
	"={{ $('Rows').first().json.city }}",
	'={{ $now }}',
])('%s is the same for all items', (value) => {
	expect(() => check(value)).not.toThrow();
});
