import { costs } from "../runtime/cost.ts";
import type { TeamEnd } from "../runtime/wait-until-done.ts";
import type { Team } from "../team/team.ts";
import { counted, moneyText, tokensText } from "./amounts.ts";
import type { Context } from "./command.ts";
import { styled } from "./piece.ts";
import { wrappedText } from "./wrapped.ts";

/** Tells how a run ended; answers its exit code: the worst of the team's end and of its tasks. */
export async function showEnd(
  { screen, flags, host }: Pick<Context, "screen" | "flags" | "host">,
  team: Team,
  end: TeamEnd,
): Promise<number> {
  const tasks = [...(await team.readOn()).tasks.values()].filter(({ status }) => status !== "deleted");
  const done = tasks.filter(({ status }) => status === "completed").length;
  const exit = end.reason === "done" && done < tasks.length ? 1 : end.exit;
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
  if (end.reason === "budget") screen.say(styled("red", "error:"), ` ${end.detail}`);
  else showReport({ screen }, end, exit);
  if (end.hint !== undefined) screen.say(styled("cyan", "hint:"), ` ${end.hint}`);
  screen.line(
    styled(
      "dim",
      `${done} of ${counted(tasks.length, "task")} done, ${tokensText(input + cacheRead + cacheWrite)} tokens in, ${tokensText(output)} out, ${moneyText(costUsd)}`,
    ),
  );
  return exit;
}

/** What came of it, in its own lines below each other: often the only thing that is read. */
function showReport({ screen }: Pick<Context, "screen">, { reason, detail }: TeamEnd, exit: number): void {
  const indent = " ".repeat(reason.length + 2);
  const columns = screen.width === undefined ? undefined : screen.width - indent.length;
  const [first = "", ...rest] = wrappedText(detail, columns);
  screen.line(styled(exit === 0 ? "green" : "red", reason), `  ${first}`);
  for (const line of rest) screen.line(line === "" ? "" : `${indent}${line}`);
}
