import { setTimeout as pause } from "node:timers/promises";
import type { EntryOf } from "../protocol/entries.ts";
import { type MemberName, sameName } from "../protocol/names.ts";
import type { Team } from "../team/team.ts";
import { type MemberStatus, roster } from "./roster.ts";

/** How long the member's process may take to follow, in ms: a command that does not end by SIGTERM takes half a second. */
const FOLLOWS_MS = 3_000;

/** The member as it says of itself once it has done what `what` asks, or after three seconds as it is. */
export async function untilSteered(
  team: Team,
  name: MemberName,
  what: EntryOf<"control">["what"],
  signal: AbortSignal,
): Promise<MemberStatus> {
  const deadline = performance.now() + FOLLOWS_MS;
  for (;;) {
    const line = (await roster(team)).find((one) => sameName(one.name, name));
    if (line === undefined) throw new Error(`${name} has been steered and is not there`);
    if (hasFollowed(line, what) || signal.aborted || performance.now() > deadline) return line;
    await pause(20);
  }
}

function hasFollowed({ state }: MemberStatus, what: EntryOf<"control">["what"]): boolean {
  if (what === "model" || what === "mode" || what === "compact") return true;
  if (what === "resume") return state !== "paused";
  if (what === "pause") return state !== "working" && state !== "idle";
  return state !== "working";
}
