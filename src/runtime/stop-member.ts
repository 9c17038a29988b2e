import { setTimeout as pause } from "node:timers/promises";
import { liveness, type ProcessIdentity } from "../base/process-identity.ts";
import type { Actor, InstanceId, MemberName } from "../protocol/names.ts";
import { type Ending, type StopLimits, stopProcess, stopTagged } from "../spawn/stop-process.ts";
import { memberNamed } from "../team/derive.ts";
import type { Member } from "../team/state.ts";
import type { Team } from "../team/team.ts";
import { instanceTag } from "./child-env.ts";
import { findInstance, identityIn } from "./liveness.ts";
import { settleLife } from "./supervisor-settle.ts";

/** How long whoever killed a process may take to write it down, in ms. */
const WRITTEN_MS = 2_000;

/** asked: ended by itself. not_running: there was nothing to end. stuck: it is still there, nothing of it was freed. */
export type MemberEnding = Ending | "not_running";

interface Manner {
  readonly limits: StopLimits;
  readonly signal: AbortSignal;
}

/** Ends one member's process, which was asked before, and settles its life. */
export async function stopMember(
  team: Team,
  by: Actor,
  member: Member,
  { limits, signal }: Manner,
): Promise<MemberEnding> {
  const { life } = member;
  if (!life) return "not_running";
  const tag = instanceTag(life.instance);
  const identity = await leaderOf(team, member.name, life.instance);
  const isThere = identity !== undefined && (await liveness(identity)) !== "dead";
  if (!isThere) await stopTagged(tag);
  const ending = isThere ? await stopProcess(identity, tag, limits, signal) : "not_running";
  if (ending === "asked") await whenWritten(team, member.name, life.instance);
  // Still there: its tasks are not free, and its life is not over.
  if (ending !== "stuck") await settleLife(team, by, member, { how: "stopped", detail: DETAILS[ending] });
  return life.ended ? "not_running" : ending;
}

/** A process that ends in good order has written so before; one that another stopper killed is being written down by it now. */
async function whenWritten(team: Team, name: MemberName, instance: InstanceId): Promise<void> {
  const deadline = performance.now() + WRITTEN_MS;
  while (performance.now() < deadline) {
    const life = memberNamed(await team.readOn(), name)?.life;
    if (life?.instance !== instance || life.ended) return;
    await pause(20);
  }
}

/** What stands in the `end` entry. */
export const DETAILS: Readonly<Record<MemberEnding, string>> = {
  asked: "ended when asked",
  terminated: "ended by SIGTERM",
  killed: "ended by SIGKILL",
  not_running: "its process was gone",
  stuck: "not even SIGKILL ended it",
};

/** Of a life that is over nobody is the leader: descendants are found by its tag. */
async function leaderOf(
  team: Team,
  name: MemberName,
  instance: InstanceId,
): Promise<ProcessIdentity | undefined> {
  const run = await team.store.presence.read(name);
  return run?.instance === instance ? identityIn(run) : findInstance(instance);
}
