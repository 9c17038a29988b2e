import { setTimeout as pause } from "node:timers/promises";
import { TroupeError } from "../base/errors.ts";
import { liveness, type ProcessIdentity } from "../base/process-identity.ts";
import { type Actor, type InstanceId, type MemberName, sameName } from "../protocol/names.ts";
import { type Ending, type StopLimits, stopProcess, stopTagged } from "../spawn/stop-process.ts";
import { memberNamed } from "../team/derive.ts";
import { refusalText } from "../team/refusal-text.ts";
import type { Member, TeamState } from "../team/state.ts";
import type { Team } from "../team/team.ts";
import { instanceTag, teamTag } from "./child-env.ts";
import { findInstance, identityIn, type SupervisorSigns, supervisorOf } from "./liveness.ts";
import { settleLife } from "./supervisor-settle.ts";

/** Asked → 30 s → SIGTERM → 10 s → SIGKILL. Source: faults.md K11. */
export const STOP_LIMITS: StopLimits = { graceMs: 30_000, termMs: 10_000 };
/** The supervisor ends after everybody else: even a hasty stop lets it write that down. */
const SUPERVISOR_GRACE_MS = 2_000;
/** How long whoever killed a process may take to write it down, in ms. */
const WRITTEN_MS = 2_000;
/** Members that come up while the team is being stopped are met in the next round. */
const ROUNDS = 5;

export interface StopOptions extends StopLimits {
  /** Only this one; absent = the whole team with its supervisor. */
  readonly member?: MemberName;
  /** Who asks; default the user. */
  readonly by?: Actor;
  /** The life of the caller when the supervisor itself stops its team: it does not wait for its own end. */
  readonly self?: InstanceId;
}

/** asked: ended by itself. not_running: there was nothing to end. stuck: it is still there, nothing of it was freed. */
export type MemberEnding = Ending | "not_running";

export interface StopReport {
  readonly members: readonly { readonly name: MemberName; readonly ending: MemberEnding }[];
  /** Absent when one member was stopped, or by the supervisor itself. */
  readonly supervisor?: MemberEnding;
}

type Place = { readonly configDir: string };

/**
 * Asks the team, or one member, to end, and sees to it: waits `graceMs`, SIGTERM to the process group, waits `termMs`,
 * SIGKILL, then whatever bears their tags. Frees their tasks and writes down their ends. Several processes may do this
 * at once: each writes what the others have not yet. Aborting `signal` ends the waiting, and SIGKILL comes at once.
 * Throws `denied` when `by` may not ask for it, and what the journal throws.
 */
export async function stopTeam(
  { configDir }: Place,
  team: Team,
  options: StopOptions,
  signal: AbortSignal = new AbortController().signal,
): Promise<StopReport> {
  const { member, by = "user", self } = options;
  // Looked up first: in good order both its lease and its run.json go before its process.
  const before = await team.readOn();
  const supervisor = await supervisorOf(team);
  const asked = new Set(targetsOf(before, member).flatMap((target) => (isOpen(target) ? [target.name] : [])));
  await ask(team, by, member);
  const endings = new Map<MemberName, MemberEnding>();
  for (let round = 0; round < ROUNDS; round++) {
    const state = await team.readOn();
    if (isRevived(state, member)) break;
    const targets = targetsOf(state, member).filter(
      (target) => !endings.has(target.name) || (isOpen(target) && endings.get(target.name) !== "stuck"),
    );
    if (targets.length === 0) break;
    await Promise.all(
      targets.map(async (target) => {
        const ending = await stopMember(team, by, target, { limits: options, signal });
        if (ending !== "not_running" || !endings.has(target.name)) endings.set(target.name, ending);
      }),
    );
  }
  const members = targetsOf(team.state(), member).map((target) => ({
    name: target.name,
    ending: endingOf(target, endings.get(target.name), asked.has(target.name)),
  }));
  if (member !== undefined) return { members };
  await stopTagged(teamTag(configDir, team.name), async () => isLeftover(await team.readOn()));
  if (self !== undefined) return { members };
  const ending = supervisor ? await stopSupervisor(team, supervisor, options, signal) : "not_running";
  return { members, supervisor: ending };
}

/** Whoever is asked already is not asked again. */
async function ask(team: Team, by: Actor, name: MemberName | undefined): Promise<void> {
  const state = await team.readOn();
  const [target] = name === undefined ? [] : targetsOf(state, name);
  const asked = name === undefined ? state.team?.stopping : target === undefined || target.stopping;
  if (asked) return;
  const outcome = await team.commit({ op: "stop", by, ...(name === undefined ? {} : { member: name }) });
  // Refused also when it has left or the team was closed meanwhile: its process is ended all the same.
  if (outcome.ok || outcome.reason.kind !== "not_allowed") return;
  const { code, message } = refusalText(outcome.reason);
  throw new TroupeError(code, message);
}

function targetsOf(state: TeamState, name: MemberName | undefined): readonly Member[] {
  return [...state.members.values()].filter(
    (member) => member.backend === "child" && (name === undefined || sameName(member.name, name)),
  );
}

/** Somebody started the team, or the member, again while it was being stopped: those lives are not ours to end. */
function isRevived({ team, members }: TeamState, name: MemberName | undefined): boolean {
  if (!team || team.closed) return false;
  if (name === undefined) return !team.stopping;
  const member = members.get(name.toLowerCase());
  return member !== undefined && !member.stopping && !member.left && !team.stopping;
}

/**
 * An agent, or a descendant of one, whose life is over, be it a former one of its member. A life is announced before its
 * process is started: whoever was seen before this state was read, and is not open in it, is nobody's any more.
 */
export function isLeftover({ members }: TeamState): (env: ReadonlyMap<string, string>) => boolean {
  const open = new Set<string>();
  for (const { life } of members.values()) if (life && !life.ended) open.add(life.instance);
  return (env) => isAgent(env) && !open.has(env.get("TROUPE_INSTANCE") ?? "");
}

function isOpen({ life }: Member): boolean {
  return life !== undefined && life.ended === undefined;
}

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

const DETAILS: Readonly<Record<MemberEnding, string>> = {
  asked: "ended when asked",
  terminated: "ended by SIGTERM",
  killed: "ended by SIGKILL",
  not_running: "its process was gone",
  stuck: "not even SIGKILL ended it",
};

/** Who was not ended here was ended by another stopper, as its `end` entry tells, or ended by itself in good order. */
function endingOf({ life }: Member, here: MemberEnding | undefined, wasAsked: boolean): MemberEnding {
  if (here !== undefined && here !== "asked" && here !== "not_running") return here;
  const told = (["terminated", "killed", "not_running"] as const).find(
    (ending) => life?.ended?.detail === DETAILS[ending],
  );
  if (!wasAsked) return here ?? "not_running";
  return told ?? "asked";
}

/** Of a life that is over nobody is the leader: descendants are found by its tag. */
async function leaderOf(
  team: Team,
  name: MemberName,
  instance: InstanceId,
): Promise<ProcessIdentity | undefined> {
  const run = await team.store.presence.read(name);
  return run?.instance === instance ? identityIn(run) : findInstance(instance);
}

async function stopSupervisor(
  team: Team,
  { identity, lease }: SupervisorSigns,
  { graceMs, termMs, by = "user" }: StopOptions,
  signal: AbortSignal,
): Promise<MemberEnding> {
  const limits = { graceMs: Math.max(graceMs, SUPERVISOR_GRACE_MS), termMs };
  const ending = identity
    ? await stopProcess(identity, instanceTag(lease.instance), limits, signal)
    : "not_running";
  if (ending === "stuck") return ending;
  // Its own word in good order; somebody else's when it was killed, or was dead before.
  const state = await team.readOn();
  if (state.team?.lease?.id === lease.id) await team.commit({ op: "lapse", by, lease: lease.id });
  await team.store.presence.remove(undefined, lease.instance);
  return ending;
}

/** A person's shell that names a team has no instance, and the supervisor no agent. */
function isAgent(env: ReadonlyMap<string, string>): boolean {
  return env.has("TROUPE_INSTANCE") && env.has("TROUPE_AGENT");
}
