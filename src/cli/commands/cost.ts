import { z } from "zod";
import type { CostLine, Costs } from "../../runtime/cost.ts";
import { moneyText, tokensText } from "../amounts.ts";
import type { Context } from "../command.ts";
import { defineCommand } from "../command.ts";
import type { CostOutput } from "../output.ts";
import { rightAligned, table } from "../table.ts";
import { withTeam } from "../team-session.ts";

export const cost = defineCommand({
  name: "cost",
  summary: "Show tokens and money for each agent, model, task and subagent.",
  examples: [
    { line: "troupe cost", note: "a table", exit: 0 },
    { line: "troupe cost --json", note: "an object", exit: 0 },
  ],
  arguments: [["[team]", "the team"]],
  input: z.object({ team: z.string().optional() }),
  run: ({ team: named }, context) =>
    withTeam(context, named, async ({ team }) => {
      const { costs } = await import("../../runtime/cost.ts");
      const found = await costs(team);
      if (context.flags.json) context.screen.json("CostOutput", costOutput(found));
      else show(context, found);
      return 0;
    }),
});

function costOutput({ total, agents, models, tasks, subagents }: Costs): z.input<typeof CostOutput> {
  return {
    total: lineOutput(total),
    agents: agents.map(lineOutput),
    models: models.map(lineOutput),
    tasks: tasks.map(lineOutput),
    subagents: subagents.map(({ agent, type, ...line }) => ({ ...lineOutput(line), agent, type })),
  };
}

function lineOutput({ key, calls, usage }: CostLine): z.input<typeof CostOutput>["total"] {
  const { input, output, cacheRead, cacheWrite, costUsd } = usage;
  return { key, calls, tokens: { input, output, cacheRead, cacheWrite }, costUsd };
}

function show({ screen }: Context, { total, agents, models, tasks, subagentTypes }: Costs): void {
  const rows = [
    ...agents.map((line) => row("agent", line.key ?? "", line)),
    ...models.map((line) => row("model", line.key ?? "", line)),
    ...tasks.map((line) => row("task", line.key === null ? "none" : `#${line.key}`, line)),
    ...subagentTypes.map((line) => row("subagent", line.key ?? "", line)),
    row("total", "", total),
  ];
  const counts = ["calls", "input", "output", "cache read", "cache write", "money"];
  const head = ["", "", ...counts.map(rightAligned)];
  for (const line of table(head, rows)) screen.line(...line);
}

function row(what: string, key: string, { calls, usage }: CostLine): readonly string[] {
  const counts = [usage.input, usage.output, usage.cacheRead, usage.cacheWrite].map(tokensText);
  return [what, key, String(calls), ...counts, moneyText(usage.costUsd)];
}
