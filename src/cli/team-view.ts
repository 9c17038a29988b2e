import { presentMembers } from "../team/derive.ts";
import type { Team } from "../team/team.ts";
import { counted } from "./amounts.ts";
import type { Context } from "./command.ts";
import { type Piece, styled } from "./piece.ts";

/** Says which team there is now, or who is new in it, and what to type next. */
export function showTeam(
  { flags, screen }: Pick<Context, "flags" | "screen">,
  team: Team,
  { running, next, joined }: { readonly running: boolean; readonly next: string; readonly joined?: string },
): void {
  const state = team.state();
  const members = presentMembers(state).map(({ name }) => name);
  const dir = state.team?.dir ?? "";
  if (flags.json) {
    screen.json("TeamOutput", { team: team.name, dir, members, tasks: state.tasks.size, running });
    return;
  }
  screen.line(...(joined === undefined ? teamLine() : joinedLine(joined)));
  screen.say(styled("dim", `next: ${next}`));

  function joinedLine(name: string): readonly Piece[] {
    return [styled("bold", name), ` is a member of ${team.name} now${running ? " and starts" : ""}`];
  }

  function teamLine(): readonly Piece[] {
    const who = members.length > 0 ? `: ${members.join(", ")}` : "";
    return [
      styled("bold", team.name),
      ` ${running ? "is running" : "is there"} in ${dir}, ${counted(members.length, "member")}${who}, ${counted(state.tasks.size, "task")}`,
    ];
  }
}
