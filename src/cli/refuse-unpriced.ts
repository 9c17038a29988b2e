import { modelId } from "../agent/model-id.ts";
import { TroupeError } from "../base/errors.ts";
import type { Budget } from "../protocol/budget.ts";
import { isPriced } from "../runtime/prices.ts";
import { limitsOf } from "../team/budgets.ts";
import { presentMembers } from "../team/derive.ts";
import type { TeamState } from "../team/state.ts";

interface Worker {
  readonly name: string;
  readonly model: string | undefined;
  readonly budget: Budget | undefined;
}

/**
 * A limit in dollars cannot hold for a model whose price nobody knows. Throws `usage`. `team`: the limits of the team. A
 * model that is chosen later is counted as the dearest one.
 */
export function refuseUnpriced(members: readonly Worker[], team: Budget = {}): void {
  for (const { name, model, budget } of members) {
    if (team.usd === undefined && budget?.usd === undefined) continue;
    const id = modelId(model);
    if (isPriced(id)) continue;
    throw new TroupeError(
      "usage",
      `a budget in dollars cannot hold: the price of ${id}, the model of ${name}, is not known`,
      {
        hint: "give another limit: --budget tokens=2000000, or turns, or minutes; in the team file the same",
        details: { model: id, agent: name },
      },
    );
  }
}

/** The members of a team that there is, for `refuseUnpriced`. */
export function workersOf(state: TeamState): readonly Worker[] {
  return presentMembers(state)
    .filter(({ backend }) => backend === "child")
    .map((member) => ({
      name: member.name,
      model: member.model ?? member.definition.model,
      budget: limitsOf(state, member),
    }));
}
