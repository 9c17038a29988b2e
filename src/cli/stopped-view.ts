import type { AuditHead } from "../protocol/audit.ts";
import type { StopReport } from "../runtime/stop-team.ts";
import type { Team } from "../team/team.ts";
import type { Context } from "./command.ts";
import { EXIT_CODES } from "./exit-codes.ts";
import { styled } from "./piece.ts";

/** How it went, for people; what is still there is the one trouble. */
const WORDS: Readonly<Record<StopReport["members"][number]["ending"], string>> = {
  asked: "stopped",
  terminated: "stopped by SIGTERM",
  killed: "killed",
  stuck: "is still there",
  not_running: "was not running",
};

/** Of a hash: nobody makes another log whose last entry begins alike by chance, and a line stays readable. */
const HEAD_DIGITS = 12;

/** Tells who ended and how; answers the exit code: 1 when somebody is still there. */
export function showStopped(
  { screen, flags }: Context,
  team: Team,
  { members, supervisor }: StopReport,
  heads: readonly AuditHead[] = [],
): number {
  const all = [
    ...members.map(({ name, ending }) => ({ name: String(name), ending })),
    ...(supervisor === undefined ? [] : [{ name: "supervisor", ending: supervisor }]),
  ];
  if (flags.json) {
    screen.json("StopOutput", {
      team: team.name,
      stopped: all.map(({ name, ending }) => ({ name, how: ending })),
      audit: heads.map(({ member, seq, hash }) => ({ name: member, seq, hash })),
    });
  } else {
    const ended = all.filter(({ ending }) => ending !== "not_running");
    // Only a single member is stopped without its supervisor.
    const single = supervisor === undefined ? members.at(0)?.name : undefined;
    if (ended.length === 0)
      screen.line(single === undefined ? `nothing of ${team.name} was running` : `${single} was not running`);
    for (const { name, ending } of ended) screen.line(styled("bold", name), `  ${WORDS[ending]}`);
    // Nobody is left to take in where the last one ended: whoever keeps these lines can tell a log that was cut.
    for (const { member, seq, hash } of heads)
      screen.say(styled("dim", `audit log of ${member} ends at entry ${seq} ${hash.slice(0, HEAD_DIGITS)}`));
    const back = single === undefined ? `troupe resume ${team.name}` : `troupe resume --only ${single}`;
    screen.say(styled("dim", `tasks and messages are kept; next: ${back}`));
  }
  return all.some(({ ending }) => ending === "stuck") ? EXIT_CODES.failed : 0;
}
