import { liveness, type ProcessIdentity, taggedProcesses } from "../base/process-identity.ts";
import type { RunFile } from "../protocol/files.ts";
import type { InstanceId } from "../protocol/names.ts";
import { isByHand } from "../team/derive.ts";
import type { Lease, Member } from "../team/state.ts";
import type { Team } from "../team/team.ts";
import { instanceTag } from "./child-env.ts";

/** From the `start` entry to the first `run.json`, in ms. Source: faults.md A10. */
export const START_DEADLINE_MS = 30_000;
/** A beat this old is shown as `unresponsive`, in ms; nothing else follows from it. Source: faults.md §5. */
const BEAT_MS = 30_000;
/** Time without a new beat, in ms, after which an owner whose death cannot be proven loses its tasks. Source: faults.md §5. */
const UNPROVEN_MS = 600_000;

/**
 * starting: announced, not ready yet. alive: its process is there. unresponsive: there, but stopped or without a beat.
 * dead: proven. stopped: never started, or ended in good order. unknown: nothing can be proven: it joined by hand, or
 * lives in another pid namespace.
 */
export type LifeVerdict = "starting" | "alive" | "unresponsive" | "dead" | "stopped" | "unknown";

export interface LifeSigns {
  readonly verdict: LifeVerdict;
  /** Its `run.json`, when that is of this life. */
  readonly run?: RunFile;
}

/**
 * What is known of a member's last life now. A member without a process of ours is never dead. `isThere`: the caller
 * knows that the process exists, being its parent.
 */
export async function lifeOf(
  team: Team,
  member: Member,
  { isThere = false }: { readonly isThere?: boolean } = {},
): Promise<LifeSigns> {
  if (isByHand(member)) return { verdict: "unknown" };
  const { life } = member;
  if (!life) return { verdict: "stopped" };
  if (life.ended) return { verdict: life.ended.how === "stopped" ? "stopped" : "dead" };
  const run = await team.store.presence.read(member.name);
  if (run?.instance === life.instance) return { verdict: await signsOf(run, team.host.now()), run };
  // Not ready yet, or already without its file: only its tag in the process table tells which.
  const starts = isThere || isJustAnnounced(team, life.startedAt) || (await findInstance(life.instance));
  return { verdict: starts ? "starting" : "dead" };
}

/** Somebody may be about to start the process. */
function isJustAnnounced(team: Team, startedAt: string): boolean {
  const ageMs = team.host.now() - Date.parse(startedAt);
  return ageMs >= 0 && ageMs < START_DEADLINE_MS;
}

export interface SupervisorSigns {
  readonly lease: Lease;
  readonly verdict: LifeVerdict;
  /** Absent when no process is to be found. */
  readonly identity?: ProcessIdentity;
}

/** The supervisor that the journal names; undefined when it names none. */
export async function supervisorOf(team: Team): Promise<SupervisorSigns | undefined> {
  const lease = team.state().team?.lease;
  if (!lease) return undefined;
  const run = await team.store.presence.read(undefined);
  if (run?.instance === lease.instance)
    return { lease, verdict: await signsOf(run, team.host.now()), identity: identityIn(run) };
  const identity = await findInstance(lease.instance);
  return identity ? { lease, verdict: "starting", identity } : { lease, verdict: "dead" };
}

/** The first process of that life, by its tag: its leader while that lives. */
export async function findInstance(instance: InstanceId): Promise<ProcessIdentity | undefined> {
  const found = await taggedProcesses(instanceTag(instance));
  return found[0]?.identity;
}

export function identityIn({ pid, startTime, bootId, pidNs }: RunFile): ProcessIdentity {
  return { pid, startTime, bootId, pidNs };
}

async function signsOf(run: RunFile, nowMs: number): Promise<LifeVerdict> {
  const seen = await liveness(identityIn(run));
  if (seen === "dead" || seen === "unknown") return seen;
  // A beat that is no time is none.
  const silent = !(nowMs - Date.parse(run.beat) <= BEAT_MS);
  return seen === "stopped" || silent ? "unresponsive" : "alive";
}

/**
 * Answers whether a member lost its process for good, for `sweep`: proven, or, where nothing can be proven, when one
 * beat has stood for 10 min of this process's own awake time. The wall clock is never asked: it may jump by a day.
 */
export function deathWatch(
  team: Team,
  awakeMs: () => number = () => performance.now(),
): (member: Member) => Promise<boolean> {
  const beats = new Map<string, { readonly beat: string; readonly seenAt: number }>();
  return async (member) => {
    const { verdict, run } = await lifeOf(team, member);
    if (verdict === "dead") return true;
    if (verdict === "stopped") return member.life !== undefined;
    if (verdict !== "unknown" || !run) return false;
    const known = beats.get(run.instance);
    if (known?.beat === run.beat) return awakeMs() - known.seenAt >= UNPROVEN_MS;
    beats.set(run.instance, { beat: run.beat, seenAt: awakeMs() });
    return false;
  };
}
