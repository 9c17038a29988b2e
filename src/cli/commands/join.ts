import { z } from "zod";
import { MemberName, Role } from "../../protocol/names.ts";
import { given } from "../../runtime/given.ts";
import { defineCommand } from "../command.ts";
import { nameArgument } from "../parse-input.ts";
import { refused, withTeam } from "../team-session.ts";

export const join = defineCommand({
  name: "join",
  summary: "Register a member by hand, for a script or a shell; prints the variables with which it acts.",
  examples: [
    { line: "troupe join ada", note: "then: export what it prints", exit: 0 },
    { line: "troupe join bob --role review", note: "may claim tasks for that role", exit: 0 },
    { line: "troupe join builder", note: "exit 5: the name is taken", exit: 5 },
  ],
  arguments: [["<name>", "its name"]],
  options: [["--role <role>", "its role"]],
  input: z.object({ name: nameArgument(MemberName), role: nameArgument(Role).optional() }),
  run: ({ name, role }, context) =>
    withTeam(context, undefined, async ({ team, me }) => {
      const { joinMember } = await import("../../team/members.ts");
      const joined = await joinMember(team, me, {
        name,
        ...given({ role }),
        backend: "hand",
        definition: {},
      });
      if (!joined.ok) throw await refused(joined.reason, team.state());
      const env = { TROUPE_TEAM: team.name, TROUPE_AGENT: joined.member.name };
      const { flags, screen } = context;
      if (flags.json) screen.json("JoinOutput", { team: team.name, agent: joined.member.name, env });
      for (const [key, value] of flags.json ? [] : Object.entries(env)) screen.line(`export ${key}=${value}`);
      screen.say(`${name} is a member of ${team.name}; with these variables troupe acts as ${name}`);
      return 0;
    }),
});
