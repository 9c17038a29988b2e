import { type MemberName, sameName } from "../protocol/names.ts";
import { waitingApprovals } from "../team/approvals.ts";
import type { TeamState } from "../team/state.ts";

/** What a member waits for a person to say, or for a larger budget; null when it waits for nothing. */
export type WaitingFor = "permission" | "plan" | "budget" | null;

/** Of its oldest open question. */
export function waitingOf(state: TeamState, name: MemberName): WaitingFor {
  const first = waitingApprovals(state).find(({ by }) => sameName(by, name));
  if (first === undefined) return null;
  return first.kind === "plan" ? "plan" : "permission";
}
