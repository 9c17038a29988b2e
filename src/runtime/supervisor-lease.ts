import { TroupeError } from "../base/errors.ts";
import type { InstanceId } from "../protocol/names.ts";
import { refusalText } from "../team/refusal-text.ts";
import type { Team } from "../team/team.ts";
import { given } from "./given.ts";
import { supervisorOf } from "./liveness.ts";

/**
 * Makes this process the team's supervisor. The lease of a dead one is replaced; of two who try at once the first in
 * the journal has it. Throws `already_running` when a living supervisor has it, or one whose death cannot be proven.
 */
export async function takeLease(team: Team, instance: InstanceId): Promise<void> {
  await team.readOn();
  const current = await supervisorOf(team);
  if (current && current.verdict !== "dead") throw alreadySupervised(current.lease);
  const outcome = await team.commit({
    op: "lease",
    by: "system",
    instance,
    pid: process.pid,
    ...(current ? { replaces: current.lease.id, ...given({ seen: await lastBeat(team) }) } : {}),
    ...answerTime(team.host.env["TROUPE_ANSWER_WITHIN"]),
  });
  if (outcome.ok) return;
  if (outcome.reason.kind === "supervised") throw alreadySupervised(outcome.reason.lease);
  const { code, message } = refusalText(outcome.reason);
  throw new TroupeError(code, message);
}

/** The last sign of life of the dead supervisor and of all members: until then the team ran. */
async function lastBeat(team: Team): Promise<string | undefined> {
  const { presence } = team.store;
  const members = [...team.state().members.values()].map(({ name }) => name);
  let last: string | undefined;
  for (const member of [undefined, ...members]) {
    const beat = (await presence.read(member))?.beat;
    if (
      beat !== undefined &&
      !(Date.parse(beat) <= Date.parse(last ?? "")) &&
      !Number.isNaN(Date.parse(beat))
    )
      last = beat;
  }
  return last;
}

/** `TROUPE_ANSWER_WITHIN=60000`: nobody sits there; so many milliseconds after a question it counts as denied. */
function answerTime(text: string | undefined): { readonly answerWithinMs?: number } {
  return text !== undefined && /^\d{1,10}$/.test(text) ? { answerWithinMs: Number(text) } : {};
}

/** What a second supervisor hears, and whoever wants to start one. */
export function alreadySupervised({ pid, at }: { readonly pid: number; readonly at: string }): TroupeError {
  return new TroupeError("already_running", `already supervised by pid ${pid} since ${at}`, {
    hint: "troupe status, or troupe down to end it",
    details: { pid, since: at },
  });
}
