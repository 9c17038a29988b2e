import { z } from "zod";
import { MemberName, sameName } from "../../../protocol/names.ts";
import { limitsText } from "../../../runtime/budget.ts";
import { moneyText, tokensText } from "../../amounts.ts";
import { type Context, defineCommand } from "../../command.ts";
import { ageText } from "../../durations.ts";
import type { AgentOutput } from "../../output.ts";
import { nameArgument } from "../../parse-input.ts";
import { styled } from "../../piece.ts";
import { withTeam } from "../../team-session.ts";

export const agentShow = defineCommand({
  name: "show",
  summary: "Show one member.",
  examples: [
    { line: "troupe agent show builder", note: "state, task, mail, how it ended", exit: 0 },
    { line: "troupe agent show bulider", note: "exit 3: nobody has that name", exit: 3 },
  ],
  arguments: [["<name>", "the member"]],
  input: z.object({ name: nameArgument(MemberName) }),
  run: ({ name }, context) =>
    withTeam(context, undefined, async ({ team }) => {
      const { roster } = await import("../../../runtime/roster.ts");
      const { partyNamed } = await import("../../party-named.ts");
      const { AgentList } = await import("../../output.ts");
      const party = partyNamed(await team.readOn(), name);
      const members = AgentList.parse(await roster(team));
      const member = members.find((one) => sameName(one.name, party));
      if (!member) {
        context.screen.say(`${party} has left the team`);
        return 0;
      }
      const { memberState } = await import("../../status-view.ts");
      if (context.flags.json) context.screen.json("AgentOutput", member);
      else show(context, member, memberState(member, context.host.now()));
      return 0;
    }),
});

type Member = z.infer<typeof AgentOutput>;

function show({ screen, host }: Context, member: Member, state: string): void {
  screen.line(styled("bold", member.name), `  ${state} for ${ageText(member.since, host.now())}`);
  const facts: readonly (readonly [string, string | null])[] = [
    ["role", member.lead ? "lead" : member.role],
    ["how it ended", member.detail],
    ["task", member.task === null ? null : `#${member.task}`],
    ["unread mail", String(member.unread)],
    ["model", member.model],
    ["mode", member.permissionMode],
    ["context", contextText(member)],
    ["tokens", member.tokens === null ? null : tokensText(allTokens(member.tokens))],
    ["cost", member.tokens === null ? null : moneyText(member.costUsd)],
    ["budget", budgetText(member)],
    ["backend", member.backend],
    ["pid", member.pid === null ? null : String(member.pid)],
    ["restarts", String(member.restarts)],
  ];
  for (const [what, value] of facts) if (value !== null) screen.line(styled("dim", what.padEnd(14)), value);
}

function allTokens({ input, cacheRead, cacheWrite, output }: NonNullable<Member["tokens"]>): number {
  return input + cacheRead + cacheWrite + output;
}

function contextText({ context }: Member): string | null {
  if (context === null) return null;
  const { used, max } = context;
  return max === null ? tokensText(used) : `${tokensText(used)} of ${tokensText(max)}`;
}

function budgetText({ budget }: Member): string | null {
  if (budget === null) return null;
  return `${limitsText(budget)}; ${Math.floor(budget.used * 100)} % used`;
}
