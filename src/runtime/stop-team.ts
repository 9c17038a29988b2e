import { TroupeError } from "../base/errors.ts";
import { type Actor, type InstanceId, type MemberName, sameName } from "../protocol/names.ts";
import { type StopLimits, stopProcess, stopTagged } from "../spawn/stop-process.ts";
import { isByHand } from "../team/derive.ts";
import { refusalText } from "../team/refusal-text.ts";
import type { Member, TeamState } from "../team/state.ts";
import type { Team } from "../team/team.ts";
import { instanceTag, teamTag } from "./child-env.ts";
import { type Attempts, collectTrouble } from "./disk-trouble.ts";
import { type SupervisorSigns, supervisorOf } from "./liveness.ts";
import { sweepTeamTemps } from "./repair-temps.ts";
import { DETAILS, type MemberEnding, stopMember } from "./stop-member.ts";

/** Asked → 30 s → SIGTERM → 10 s → SIGKILL. Source: faults.md K11. */
export const STOP_LIMITS: StopLimits = { graceMs: 30_000, termMs: 10_000 };
/** The supervisor ends after everybody else: even a hasty stop lets it write that down. */
const SUPERVISOR_GRACE_MS = 2_000;
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
 * A full disk keeps nobody running: whom no entry reaches gets SIGTERM at once, and the trouble is thrown at the end.
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
  const attempts = collectTrouble();
  await attempts.attempt(() => ask(team, by, member));
  // Whom no entry could ask is asked by SIGTERM.
  const limits = attempts.trouble() ? { ...options, graceMs: 0 } : options;
  const endSupervisor = async (): Promise<MemberEnding> => {
    if (!supervisor) return "not_running";
    const stop = (): Promise<MemberEnding> => stopSupervisor(team, supervisor, { ...limits, by }, signal);
    return (await attempts.attempt(stop)) ?? "not_running";
  };
  const isWhole = member === undefined && self === undefined;
  // One that was not asked would start again whom it sees die.
  if (isWhole && attempts.trouble()) await endSupervisor();
  const endings = await endMembers(team, { by, limits, signal, attempts, member });
  const members = targetsOf(team.state(), member, asked).map((target) => ({
    name: target.name,
    ending: endingOf(target, endings.get(target.name), asked.has(target.name)),
  }));
  if (member === undefined)
    await stopTagged(teamTag(configDir, team.name), async () => isLeftover(await team.readOn()));
  const report = isWhole ? { members, supervisor: await endSupervisor() } : { members };
  // Whoever was killed may have been in the middle of a file, and nobody starts here before the next start.
  if (member === undefined) await attempts.attempt(() => sweepTeamTemps(configDir, team));
  const cause = attempts.trouble();
  if (cause) throw notWritten(team, cause);
  return report;
}

interface EndOfMembers {
  readonly by: Actor;
  readonly member: MemberName | undefined;
  readonly limits: StopLimits;
  readonly signal: AbortSignal;
  readonly attempts: Attempts;
}

/** Ends every target, those included that come up meanwhile; answers how each ended. */
async function endMembers(
  team: Team,
  { by, member, limits, signal, attempts }: EndOfMembers,
): Promise<ReadonlyMap<MemberName, MemberEnding>> {
  const endings = new Map<MemberName, MemberEnding>();
  for (let round = 0; round < ROUNDS; round++) {
    const state = await team.readOn();
    if (!attempts.trouble() && isRevived(state, member)) break;
    const targets = targetsOf(state, member).filter(
      (target) => !endings.has(target.name) || (isOpen(target) && endings.get(target.name) !== "stuck"),
    );
    if (targets.length === 0) break;
    await Promise.all(
      targets.map(async (target) => {
        const ending = await attempts.attempt(() => stopMember(team, by, target, { limits, signal }));
        if (ending && (ending !== "not_running" || !endings.has(target.name)))
          endings.set(target.name, ending);
      }),
    );
  }
  return endings;
}

function notWritten(team: Team, cause: TroupeError): TroupeError {
  return new TroupeError(cause.code, `stopped, but that could not be written down: ${cause.message}`, {
    hint: `mend the disk, then: troupe down ${team.name}`,
    cause,
    details: cause.details,
  });
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

/** Who has a process of ours, or `had` one. */
function targetsOf(
  state: TeamState,
  name: MemberName | undefined,
  had: ReadonlySet<MemberName> = new Set(),
): readonly Member[] {
  return [...state.members.values()].filter(
    (member) =>
      (!isByHand(member) || had.has(member.name)) && (name === undefined || sameName(member.name, name)),
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

/** Who was not ended here was ended by another stopper, as its `end` entry tells, or ended by itself in good order. */
function endingOf({ life }: Member, here: MemberEnding | undefined, wasAsked: boolean): MemberEnding {
  if (here !== undefined && here !== "asked" && here !== "not_running") return here;
  const told = (["terminated", "killed", "not_running"] as const).find(
    (ending) => life?.ended?.detail === DETAILS[ending],
  );
  if (!wasAsked) return here ?? "not_running";
  return told ?? "asked";
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
