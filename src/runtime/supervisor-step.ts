import type { Member } from "../team/state.ts";
import { isMistake } from "./exit-text.ts";
import type { LifeVerdict } from "./liveness.ts";

/** All in ms, counted on a clock that stands still while the machine or the supervisor sleeps. */
export interface SupervisorLimits {
  readonly startDeadlineMs: number;
  /** So many restarts within `windowMs`; the next death is the last. */
  readonly restarts: number;
  readonly windowMs: number;
  /** Wait before the n-th restart of a window; the last one stands for all further ones. */
  readonly backoffMs: readonly number[];
  /** Members that may be starting at the same moment. */
  readonly startingAtOnce: number;
}

export const SUPERVISOR_LIMITS: SupervisorLimits = {
  startDeadlineMs: 30_000,
  restarts: 3,
  windowMs: 300_000,
  backoffMs: [0, 500, 2_000],
  startingAtOnce: 4,
};

/** What a supervisor remembers of a member; not in the journal, so the next supervisor begins anew. */
export interface MemberMemory {
  /** When its processes died, on the awake clock. */
  readonly deathsAt: readonly number[];
  /** Not before this is it started again. */
  readonly startableAt: number;
  /** When this supervisor first saw the current life, or last its `run.json`; undefined when it has none. */
  readonly lifeSince: number | undefined;
  /** It shall run although its last life ended for good: the supervisor was just started, or somebody asked for it. */
  readonly wanted: boolean;
}

export interface SeenMember {
  readonly member: Member;
  readonly verdict: LifeVerdict;
  /** How its process ended, when this supervisor was its parent and saw it. */
  readonly exit?: string;
  readonly memory: MemberMemory;
}

/**
 * A member's process, in words. *resting*: none, and none is wanted: it ended in good order, was given up, left, or
 * joined by hand. *due*: none, and one is wanted. *starting*: announced, no `run.json` yet. *running*: whatever its
 * beat says. *ended*: proven dead, the journal does not know yet. *ending*: asked to stop, or it left, still there.
 */
export type Action =
  | { readonly kind: "start"; readonly member: Member }
  /** Record the end and free its tasks; with `died` it is due again after a while. */
  | {
      readonly kind: "record";
      readonly member: Member;
      readonly how: "stopped" | "died";
      readonly detail: string;
    }
  /** It died once too often, or of what only a person can mend, or never came up: end it, record `failed`, tell the lead and the user. */
  | { readonly kind: "give_up"; readonly member: Member; readonly detail: string }
  /** Asked to stop by the journal: see to it that it does. */
  | { readonly kind: "stop"; readonly member: Member };

/** What the supervisor has to do now. Pure: the same view gives the same actions. The lead comes first. */
export function decide(
  seen: readonly SeenMember[],
  nowMs: number,
  limits: SupervisorLimits,
): readonly Action[] {
  const actions: Action[] = [];
  let starting = seen.filter(isStarting).length;
  for (const one of seen.toSorted(leadFirst)) {
    const action = decideOne(one, nowMs, limits);
    if (!action) continue;
    if (action.kind === "start" && ++starting > limits.startingAtOnce) continue;
    actions.push(action);
  }
  return actions;
}

function decideOne(seen: SeenMember, nowMs: number, limits: SupervisorLimits): Action | undefined {
  const { member, memory } = seen;
  const open = member.life !== undefined && member.life.ended === undefined;
  if (open) return decideLife(seen, nowMs, limits);
  if (member.left || member.backend === "hand") return undefined;
  const due = memory.wanted || member.life === undefined || member.life.ended?.how === "died";
  if (!due || (member.stopping && !memory.wanted) || nowMs < memory.startableAt) return undefined;
  return { kind: "start", member };
}

/** Of a life that the journal does not know to be over. */
function decideLife(
  { member, verdict, exit, memory }: SeenMember,
  nowMs: number,
  limits: SupervisorLimits,
): Action | undefined {
  const ending = member.stopping || member.left !== undefined;
  if (exit !== undefined || verdict === "dead") {
    const detail = exit ?? "its process is gone";
    if (ending) return { kind: "record", member, how: "stopped", detail };
    if (isMistake(detail))
      return {
        kind: "give_up",
        member,
        detail: `${detail}; a restart cannot help, so it waits: mend that, then troupe resume --only ${member.name}`,
      };
    const deaths = recentDeaths(memory, nowMs, limits).length + 1;
    if (deaths <= limits.restarts) return { kind: "record", member, how: "died", detail };
    const minutes = limits.windowMs / 60_000;
    return {
      kind: "give_up",
      member,
      detail: `${detail}; it died ${deaths} times in ${minutes} minutes and is not restarted`,
    };
  }
  if (ending) return { kind: "stop", member };
  if (verdict !== "starting" || memory.lifeSince === undefined) return undefined;
  if (nowMs - memory.lifeSince < limits.startDeadlineMs) return undefined;
  return {
    kind: "give_up",
    member,
    detail: `it did not come up within ${limits.startDeadlineMs / 1000} s`,
  };
}

/** What is remembered after a death at `nowMs`. */
export function afterDeath(memory: MemberMemory, nowMs: number, limits: SupervisorLimits): MemberMemory {
  const deathsAt = [...recentDeaths(memory, nowMs, limits), nowMs];
  const step = Math.min(deathsAt.length, limits.backoffMs.length) - 1;
  const startableAt = nowMs + (limits.backoffMs[step] ?? 0);
  return { deathsAt, startableAt, lifeSince: undefined, wanted: true };
}

/** A member seen for the first time; `wanted` is false for whom the supervisor was told to leave alone: it rests until somebody asks. */
export function newMemory(wanted: boolean): MemberMemory {
  return { deathsAt: [], startableAt: wanted ? 0 : Number.POSITIVE_INFINITY, lifeSince: undefined, wanted };
}

function recentDeaths(
  { deathsAt }: MemberMemory,
  nowMs: number,
  { windowMs }: SupervisorLimits,
): readonly number[] {
  return deathsAt.filter((at) => nowMs - at < windowMs);
}

function isStarting({ verdict, exit }: SeenMember): boolean {
  return verdict === "starting" && exit === undefined;
}

function leadFirst(one: SeenMember, other: SeenMember): number {
  return Number(other.member.lead) - Number(one.member.lead);
}
