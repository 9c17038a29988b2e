import { z } from "zod";
import { TroupeError } from "../../base/errors.ts";
import { sameName, TeamName } from "../../protocol/names.ts";
import { type Context, defineCommand } from "../command.ts";
import { nameArgument } from "../parse-input.ts";
import { unknownTeam } from "../unknown-team.ts";

export const rm = defineCommand({
  name: "rm",
  summary: "Delete everything a team keeps: tasks, messages, logs. The folder it works in is not touched.",
  examples: [
    { line: "troupe rm nobody --yes", note: "exit 3: there is no such team", exit: 3 },
    { line: "troupe rm parser-build --confirm parser-build", note: "for scripts: names it twice", exit: 0 },
  ],
  arguments: [["<team>", "its name"]],
  options: [["--confirm <team>", "the name once more, instead of a question"]],
  input: z.object({ team: nameArgument(TeamName), confirm: z.string().optional() }),
  notForAgents: true,
  run: async ({ team, confirm }, context, signal) => {
    const { openWorkspace } = await import("../../runtime/workspace.ts");
    const { host, flags, screen } = context;
    const workspace = openWorkspace(host);
    const names = await workspace.list();
    if (names.some((known) => sameName(known, team))) {
      const answer = flags.yes ? team : (confirm ?? (await askName(context, team, signal)));
      if (!sameName(answer.trim(), team))
        throw new TroupeError("usage", `"${answer.slice(0, 80)}" is not ${team}; nothing was deleted`);
      await workspace.remove(team);
    }
    // A deletion that was cut short was confirmed before; its team is no longer there to be listed.
    else if (!(await workspace.finishRemoval(team))) throw unknownTeam(team, names);
    if (flags.json) screen.json("RemovedOutput", { team, removed: true });
    else screen.line(`deleted ${team}`);
    return 0;
  },
});

async function askName({ screen }: Context, team: TeamName, signal: AbortSignal): Promise<string> {
  const question = `delete team ${team} for good? Type its name:`;
  const [answer = ""] = await screen.ask([{ text: question }], `troupe rm ${team} --yes`, signal);
  return answer;
}
