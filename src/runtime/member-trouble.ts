import type { TurnEnd } from "../agent/loop-deps.ts";
import { TroupeError } from "../base/errors.ts";
import type { Redactor } from "../base/redact.ts";
import type { Party } from "../protocol/names.ts";
import { leadOf } from "../team/derive.ts";
import { readMailbox, sendMessage } from "../team/mail.ts";
import type { Member } from "../team/state.ts";
import type { Team } from "../team/team.ts";

/** The same line is not said again for this long, in ms. */
const QUIET_MS = 60_000;

/** By these words the question is known again, whoever asked it. */
const KEY_ADVICE = "It waits for a message after the key, or its account, was put right; nothing is lost.";
/** A question to the user is asked again after this long, in ms. */
const ASK_AGAIN_MS = 600_000;

/** Trouble outside, which a life goes on after: everything else is a bug and ends it. */
export function isTrouble(error: unknown): error is Error {
  return error instanceof TroupeError || (error instanceof Error && "errno" in error);
}

/** Says on stderr, which is the process's log, what did not work and did not matter enough to stop. */
export function troubleLog(
  name: string,
  clock: () => number,
  { hide }: Pick<Redactor, "hide">,
): (error: unknown) => void {
  const said = new Map<string, number>();
  return (error) => {
    const text = hide(error instanceof Error ? error.message : String(error));
    const last = said.get(text);
    if (last !== undefined && clock() - last < QUIET_MS) return;
    said.set(text, clock());
    process.stderr.write(`${name}: ${text}\n`);
  };
}

/** What people are told of a turn that did not end well; undefined when nobody has to know. */
export function troubleText(name: string, end: TurnEnd): string | undefined {
  switch (end.reason) {
    case "done":
    case "interrupted":
      return undefined;
    case "stopped":
      if (end.waitsForNews === true)
        return `${name} makes no progress: ${end.why}. Its turn was ended. It keeps its task, and does nothing more before it gets a message.`;
      return `${name} ended a turn early: ${end.why}. It is idle now; what it was doing is not finished.`;
    case "limit":
      return `${name} ended a turn early (${LIMITS[end.what]}). It is idle now; what it was doing is not finished.`;
    case "failed":
      return isRefused(end)
        ? `${name} cannot work: ${end.message}. ${KEY_ADVICE}`
        : `${name} cannot work at the moment: ${end.message}. It tries again by itself; nothing is lost.`;
    default:
      return end satisfies never;
  }
}

const LIMITS = {
  max_turns: "the limit of model calls in one turn",
  max_tokens: "the model's output limit",
  refusal: "the model refused to go on",
} as const;

/** Trying again changes nothing before somebody does something. */
export function isRefused(end: Extract<TurnEnd, { reason: "failed" }>): boolean {
  return end.code === "auth_refused" || end.code === "auth_missing";
}

/**
 * I11: a refused key is everybody's. True when a member has asked the user under this supervisor, not long ago, and
 * nobody has marked it as read.
 */
export async function isAsked(team: Team): Promise<boolean> {
  const leasedAt = Date.parse(team.state().team?.lease?.at ?? "") || 0;
  const since = Math.max(leasedAt, team.host.now() - ASK_AGAIN_MS);
  const asked = await readMailbox(team, "user");
  return asked.some(
    ({ message: { kind, at, text }, state }) =>
      kind === "system" && state !== "read" && Date.parse(at) >= since && text?.includes(KEY_ADVICE) === true,
  );
}

/** The user was told something with these words, not long ago. */
export async function wasTold(team: Team, words: string, withinMs: number): Promise<boolean> {
  const since = team.host.now() - withinMs;
  const told = await readMailbox(team, "user");
  return told.some(
    ({ message: { kind, at, text } }) =>
      kind === "system" && Date.parse(at) >= since && text?.includes(words) === true,
  );
}

/** A system message to the user, and to the lead unless it is the lead's own trouble. */
export async function tellTrouble(team: Team, member: Member, text: string): Promise<void> {
  const lead = leadOf(team.state())?.name;
  const to: Party[] = lead === undefined || member.lead ? ["user"] : [lead, "user"];
  await sendMessage(team, member.name, { to, text, kind: "system" });
}
