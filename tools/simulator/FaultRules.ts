import type { Fault, FaultPath, FaultRule } from './fault';
import { isJsonObject } from './jsonObject';
import { hashText, Random } from './random';
import type { RecordedRequest } from './recordedRequest';

interface RuleState {
	rule: FaultRule;
	random: Random;
	seenCount: number;
	hitCount: number;
}

/** A simulator's fault rules and what they have matched so far. */
export class FaultRules {
	private readonly states: RuleState[] = [];

	constructor(
		private readonly seed: number,
		rules: FaultRule[],
	) {
		for (const rule of rules) this.add(rule);
	}

	add(rule: FaultRule): void {
		const random = new Random(hashText(`fault ${this.states.length}`, this.seed));
		this.states.push({ rule, random, seenCount: 0, hitCount: 0 });
	}

	clear(): void {
		this.states.length = 0;
	}

	/** The fault for this request, if any. Every rule counts the request, not only the winner. */
	choose(request: RecordedRequest, path: FaultPath): Fault | undefined {
		const triggered = this.states.filter((state) => {
			if ((state.rule.path ?? 'chat') !== path || !appliesTo(state, request)) return false;
			state.seenCount += 1;
			return isTriggered(state);
		});
		const [winner] = triggered;
		if (winner === undefined) return undefined;
		winner.hitCount += 1;
		return winner.rule.fault;
	}
}

function appliesTo({ rule }: RuleState, request: RecordedRequest): boolean {
	const { model, matches } = rule.when ?? {};
	const requestedModel = isJsonObject(request.body) ? request.body.model : undefined;
	if (model !== undefined && model !== requestedModel) return false;
	return matches === undefined || matches(request);
}

function isTriggered(state: RuleState): boolean {
	const { every, first, probability } = state.rule.when ?? {};
	const chance = state.random.next();
	if (state.hitCount >= (state.rule.times ?? Infinity)) return false;
	if (every !== undefined && state.seenCount % every !== 0) return false;
	if (first !== undefined && state.seenCount > first) return false;
	return probability === undefined || chance < probability;
}
