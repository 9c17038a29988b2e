import { presentMembers } from "../team/derive.ts";
import type { Team } from "../team/team.ts";
import { counted } from "./amounts.ts";
import type { Context } from "./command.ts";
import { styled } from "./piece.ts";

/** Says which team there is now, and what to type next. */
export function showTeam(
  { flags, screen }: Pick<Context, "flags" | "screen">,
  team: Team,
  { running, next }: { readonly running: boolean; readonly next: string },
): void {
  const state = team.state();
  const members = presentMembers(state).map(({ name }) => name);
  const dir = state.team?.dir ?? "";
  if (flags.json) {
    screen.json("TeamOutput", { team: team.name, dir, members, tasks: state.tasks.size, running });
    return;
  }
  const who = members.length > 0 ? `: ${members.join(", ")}` : "";
  screen.line(
    styled("bold", team.name),
    ` ${running ? "is running" : "is there"} in ${dir}, ${counted(members.length, "member")}${who}, ${counted(state.tasks.size, "task")}`,
  );
  screen.say(styled("dim", `next: ${next}`));
}
