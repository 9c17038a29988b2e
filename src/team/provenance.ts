import { type Actor, type EntryId, type InstanceId, sameName } from "../protocol/names.ts";
import { memberNamed } from "./derive.ts";
import type { Member, TeamState } from "./state.ts";
import { type Refused, refuse } from "./verdicts.ts";

/**
 * Who wrote a message, as far as the journal can tell. user: the person. teammate: a member, driven by hand or from a
 * process that the journal knows as its own. troupe: its own word. unverified: it says that it is from somebody, and
 * comes from a process that nobody started for him (faults.md L2). Not a boundary: a process of the same uid can write
 * whatever it likes; what it did not think of is found.
 */
export type Sender = "user" | "teammate" | "troupe" | "unverified";

/** What a message says of its writer. */
interface Written {
  readonly id: EntryId;
  readonly from: Actor;
  readonly instance?: InstanceId | undefined;
}

export function senderOf(state: TeamState, message: Written): Sender {
  const { from } = message;
  const instances = [message.instance ?? "", instanceOf(message.id)];
  const writers = [...state.members.values()].filter((member) => isLifeOf(member, instances));
  if (from === "user") return writers.length === 0 ? "user" : "unverified";
  if (from === "system") {
    const isTroupe = writers.length > 0 || instances.some((one) => isSupervisor(state, one));
    return isTroupe ? "troupe" : "unverified";
  }
  const member = memberNamed(state, from);
  if (member === undefined || writers.some(({ name }) => !sameName(name, from))) return "unverified";
  return member.backend === "hand" || writers.length > 0 ? "teammate" : "unverified";
}

/**
 * Why a command of the lead does not count: it was not written by the lead's own process. The user's, troupe's and those
 * of a member that is driven by hand, or was never started, are not checked: there is nothing to check them against.
 */
export function foreignCommand(
  state: TeamState,
  { id, by }: { readonly id: EntryId; readonly by: Actor },
  what: string,
): Refused | undefined {
  const member = memberNamed(state, by);
  if (member?.backend !== "child" || member.life === undefined) return undefined;
  if (isLifeOf(member, [instanceOf(id)])) return undefined;
  return refuse({
    kind: "not_allowed",
    who: by,
    what: `${what}: it does not come from ${member.name} itself; the user may`,
  });
}

/** `<instance>.<counter>`. */
function instanceOf(id: EntryId): string {
  return id.slice(0, id.lastIndexOf("."));
}

function isLifeOf({ life, lives = [] }: Member, instances: readonly string[]): boolean {
  return instances.some((one) => one !== "" && (life?.instance === one || lives.some((was) => was === one)));
}

function isSupervisor({ team }: TeamState, instance: string): boolean {
  return team?.lease?.instance === instance || team?.supervisors?.some((was) => was === instance) === true;
}

/** So many processes that are over are remembered: mail of older ones was read long ago. */
const REMEMBERED = 200;

/** What is remembered once another process takes the place of `now`. */
export function remembered(
  before: readonly InstanceId[] | undefined,
  now: InstanceId | undefined,
): readonly InstanceId[] | undefined {
  if (now === undefined) return before;
  return [...(before ?? []), now].slice(-REMEMBERED);
}
