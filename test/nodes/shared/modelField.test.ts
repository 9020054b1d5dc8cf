import { readModel } from '../../../nodes/shared/modelField';
import { errorThrownBy } from '../../support/errorThrownBy';

describe('the model', () => {
	test('from the list is sent unchanged, a typed one without wandb/', () => {
		expect(readModel({ mode: 'list', value: 'wandb/own' })).toBe('wandb/own');
		expect(readModel({ mode: 'id', value: ' wandb/own ' })).toBe('own');
		expect(readModel(' wandb/own')).toBe('own');
	});

	test.each([
		[{ id: 'a/b', object: 'model' }, 'a/b'],
		['{"id": "a/b", "owned_by": "system"}', 'a/b'],
		[{ mode: 'id', value: { id: 'wandb/a/b' } }, 'a/b'],
		[{ mode: 'id', value: '{"id": "a/b"}' }, 'a/b'],
		[{ mode: 'list', value: { id: 'wandb/a/b' } }, 'wandb/a/b'],
		[{ __rl: true, mode: 'id', value: 'a/b' }, 'a/b'],
		['{a}/[b]', '{a}/[b]'],
	])('can be an item of Get Many or its JSON: %j is %s', (value, model) => {
		expect(readModel(value)).toBe(model);
	});

	test.each([[null], [undefined], [''], [{}], [{ id: '' }], [{ mode: 'list', value: ' ' }]])(
		'is empty for %j',
		(value) => {
			expect(errorThrownBy(() => readModel(value))).toMatchObject({
				message: "'Model' is empty",
				advice: "Select a model 'From List', or enter its ID, e.g. openai/gpt-oss-20b.",
			});
		},
	);
});
