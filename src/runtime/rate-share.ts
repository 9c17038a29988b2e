import { pause } from "../agent/pause.ts";
import { LONGEST_RETRY_MS } from "../agent/retry-wait.ts";
import type { MemberJob } from "./member-job.ts";
import { isTrouble, tellTrouble, wasTold } from "./member-trouble.ts";
import { randomPhase } from "./phase.ts";

/** Those who were refused in the same moment look within this whether one of them has said so, in ms. */
const TURNS_MS = 250;
/** How much later than what is known a wait may end without an entry of its own, at most, in ms. */
const SLACK_MS = 5_000;
/** A person is told of a longer wait, in ms, and not again for an hour. */
const TOLD_MS = 120_000;
const TOLD_AGAIN_MS = 3_600_000;
const TOLD_WORDS = "The model's server lets nothing more through";

/** A wait as the server asked for it, and as it will be. */
export interface Limited {
  readonly askedMs: number;
  readonly ms: number;
  /** On the wall clock. */
  readonly until: number;
}

export type RateJob = Pick<MemberJob, "team" | "member" | "clock" | "onTrouble">;

/** Tells all members of a wait by one entry, unless one of them has; and people, when it is a long one. */
export async function shareLimit(
  { team, member }: RateJob,
  key: string,
  { askedMs, ms, until }: Limited,
  over: AbortSignal,
): Promise<void> {
  await pause(randomPhase(team.host, Math.min(TURNS_MS, ms / 2)), over);
  if (over.aborted) return;
  const { team: facts } = await team.readOn();
  const known = Date.parse(facts?.backoffs?.find((one) => one.key === key)?.until ?? "");
  // Not what a clock that was set back has left far ahead.
  if (known >= until - Math.min(ms / 2, SLACK_MS) && known <= until + LONGEST_RETRY_MS) return;
  await team.commit({ op: "backoff", by: member.name, key, until: new Date(until).toISOString() });
  if (askedMs < TOLD_MS || (await wasTold(team, TOLD_WORDS, TOLD_AGAIN_MS))) return;
  await tellTrouble(team, member, longText(askedMs, ms));
}

/** Trouble with the disk keeps nobody from waiting. */
export async function unlessTrouble(
  { onTrouble }: Pick<RateJob, "onTrouble">,
  work: () => Promise<unknown>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!isTrouble(error)) throw error;
    onTrouble(error);
  }
}

function longText(askedMs: number, ms: number): string {
  const wait =
    askedMs > ms
      ? `and asks to be left alone for ${minutes(askedMs)} minutes; one member tries again after ${minutes(ms)}`
      : `for ${minutes(ms)} minutes`;
  return `${TOLD_WORDS} ${wait}. Everybody who uses this key waits; nothing is lost, and nothing has to be done.`;
}

function minutes(ms: number): number {
  return Math.ceil(ms / 60_000);
}
