import type { InstanceId, MemberName, TeamName } from "../protocol/names.ts";
import { createBell } from "./member-bell.ts";
import { createControl } from "./member-control.ts";
import { giveBackTasks, throwUnlessGone, writeEnd } from "./member-end.ts";
import type { MemberJob, TeamDoor } from "./member-job.ts";
import { openParts } from "./member-parts.ts";
import { openSinks } from "./member-sinks.ts";
import { watchControls } from "./member-steer.ts";
import { watchStops, watchTeam } from "./member-watch.ts";
import { workUntilStopped } from "./member-work.ts";
import { findModelSource } from "./model-source.ts";
import { isPaused, ownLife } from "./own-life.ts";

/**
 * An agent process: lives the life `instance` of a member until it is asked to end. `signal` asks in good order, with
 * the reason SIGINT at once. Answers the exit code. Throws `auth_missing`, `team_not_found`, `agent_not_found`,
 * `conflict` when the journal names another life of the member, and what the journal throws when it can no longer be
 * read.
 */
// oxlint-disable-next-line max-params -- the arguments of a program, of which none belongs to another
export async function liveAsMember(
  door: TeamDoor,
  teamName: TeamName,
  memberName: MemberName,
  instance: InstanceId,
  signal: AbortSignal,
): Promise<number> {
  const source = await findModelSource(door.host);
  const team = await door.open(teamName, instance);
  try {
    const { facts, member } = ownLife(team, memberName, instance);
    const sinks = await openSinks(team, member.name, awakeMs);
    try {
      return await live({ door, team, facts, member, instance, source, clock: awakeMs, ...sinks }, signal);
    } finally {
      await sinks.audit.close().catch(sinks.onTrouble);
    }
  } finally {
    await team.close();
  }
}

function awakeMs(): number {
  return performance.now();
}

async function live(job: MemberJob, signal: AbortSignal): Promise<number> {
  const bell = createBell();
  const control = createControl();
  control.subscribe(bell.ring);
  const parts = await openParts(job, control);
  parts.hooks.onWake(bell.ring);
  const background = new AbortController();
  await parts.presence.begin();
  const stops = watchStops(job, control, signal);
  const controls = watchControls(job, { parts, control });
  const watching = watchTeam(job, { parts, control, bell }, background.signal);
  let isOurs = false;
  try {
    const first = [...parts.first, ...(await parts.begin())];
    const stuck = first.length === 0 && parts.progress.isStuck();
    control.dispatch({
      type: "ready",
      unfinished: first.length > 0 || (parts.agent.isUnanswered() && !stuck),
      stuck,
      paused: isPaused(job),
    });
    const why = await workUntilStopped(job, { parts: { ...parts, first }, control, bell });
    isOurs = why === "asked";
    if (isOurs) {
      await parts.approvals.withdrawForgotten().catch(job.onTrouble);
      await giveBackTasks(job);
      await parts.hooks.session.ends();
    }
  } finally {
    stops.close();
    controls.close();
    background.abort();
    parts.intake.close();
    await parts.connectors.close();
    await parts.rate.close();
    await parts.presence.end(isOurs);
    await watching.done;
    await parts.hooks.close();
  }
  if (isOurs) await writeEnd(job);
  else await throwUnlessGone(job, watching.lost());
  return 0;
}
