import { costs } from "../runtime/cost.ts";
import type { TeamEnd } from "../runtime/wait-until-done.ts";
import type { Team } from "../team/team.ts";
import { counted, moneyText, tokensText } from "./amounts.ts";
import type { Context } from "./command.ts";
import { styled } from "./piece.ts";

/** Tells how a run ended; answers its exit code: the worst of the team's end and of its tasks. */
export async function showEnd(
  { screen, flags, host }: Pick<Context, "screen" | "flags" | "host">,
  team: Team,
  end: TeamEnd,
): Promise<number> {
  const tasks = [...(await team.readOn()).tasks.values()].filter(({ status }) => status !== "deleted");
  const done = tasks.filter(({ status }) => status === "completed").length;
  const exit = worstExit(team, end, done < tasks.length);
  const { usage } = (await costs(team)).total;
  const { input, output, cacheRead, cacheWrite, costUsd } = usage;
  if (flags.json) {
    screen.json(
      "RunEndOutput",
      {
        v: 1,
        at: new Date(host.now()).toISOString(),
        type: "team.done",
        exit,
        reason: end.reason,
        text: end.detail,
        tasks: { total: tasks.length, done },
        tokens: { input, output, cacheRead, cacheWrite },
        costUsd,
      },
      "line",
    );
    return exit;
  }
  screen.line("");
  screen.line(styled(exit === 0 ? "green" : "red", end.reason), `  ${end.detail}`);
  screen.line(
    styled(
      "dim",
      `${done} of ${counted(tasks.length, "task")} done, ${tokensText(input + cacheRead + cacheWrite)} tokens in, ${tokensText(output)} out, ${moneyText(costUsd)}`,
    ),
  );
  return exit;
}

/** An agent that the model refused (4, 8) or that ran out of its budget ends its process with the code that says so. */
function worstExit(team: Team, end: TeamEnd, isOpen: boolean): number {
  if (end.reason === "done") return isOpen ? 1 : 0;
  if (end.reason !== "failed") return end.exit;
  for (const { life } of team.state().members.values()) {
    const code = /^exit code ([478])\b/.exec(life?.ended?.detail ?? "")?.[1];
    if (code !== undefined) return Number(code);
  }
  return end.exit;
}
