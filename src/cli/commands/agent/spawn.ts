import { z } from "zod";
import type { MemberDefinition } from "../../../protocol/entries.ts";
import { MemberName, Role } from "../../../protocol/names.ts";
import { given } from "../../../runtime/given.ts";
import type { RoleFill } from "../../../runtime/role-definition.ts";
import type { Team } from "../../../team/team.ts";
import { defineCommand } from "../../command.ts";
import { nameArgument } from "../../parse-input.ts";
import { refused, withTeam } from "../../team-session.ts";

export const agentSpawn = defineCommand({
  name: "spawn",
  summary: "Add a member with a process of its own; a running team starts it at once.",
  examples: [
    { line: "troupe agent spawn checker --role review", note: "the team's model and tools", exit: 0 },
    {
      line: 'troupe agent spawn fuzzer --prompt "You write fuzzers." --tools Read,Write,Bash',
      note: "its own",
      exit: 0,
    },
    {
      line: "troupe agent spawn builder2 --fork builder",
      note: "exit 5: builder has said nothing yet",
      exit: 5,
    },
    { line: "troupe agent spawn painter --plan", note: "its plans wait in troupe approvals", exit: 0 },
    { line: "troupe agent spawn worker --session fresh", note: "nothing of one task in the next", exit: 0 },
    { line: "troupe agent spawn all", note: "exit 2: the name is reserved", exit: 2 },
  ],
  arguments: [["<name>", "its name"]],
  options: [
    ["--role <role>", "its role"],
    ["--model <model>", "its model"],
    ["--prompt <text>", "who it is, in front of its tasks"],
    ["--plan", "it only reads until the plan for its task is approved"],
    [
      "--fork <member>",
      "it begins with a copy of that member's conversation, and is otherwise as that member is",
    ],
    ["--session <kind>", "fresh: a new conversation with each task, and with notes whenever one is full"],
    ["--tools <names>", "the tools it has: Read,Write,Bash; all but Bash unless given"],
  ],
  input: z.object({
    name: nameArgument(MemberName),
    role: nameArgument(Role).optional(),
    model: z.string().trim().min(1, "it is empty").max(200, "at most 200 characters").optional(),
    prompt: z
      .string()
      .trim()
      .min(1, "it is empty")
      .max(64 * 1024, "at most 65536 characters")
      .optional(),
    fork: nameArgument(MemberName).optional(),
    plan: z.literal(true).optional(),
    session: z.literal("fresh", "the only kind is: fresh").optional(),
    tools: z
      .string()
      .transform((text) =>
        text
          .split(",")
          .map((name) => name.trim())
          .filter((name) => name !== ""),
      )
      .optional(),
  }),
  notForAgents: true,
  run: ({ name, role, fork, ...wanted }, context) =>
    withTeam(context, undefined, async ({ team, me }) => {
      const { joinMember } = await import("../../../team/members.ts");
      const { supervisorOf } = await import("../../../runtime/liveness.ts");
      const { showTeam } = await import("../../team-view.ts");
      const base = fork === undefined ? {} : await forked(team, fork);
      const fill = role === undefined ? {} : await fillOf(team, role, wanted.model);
      const definition = { ...base, ...fill, ...given(wanted) };
      const joined = await joinMember(team, me, { name, ...given({ role }), backend: "child", definition });
      if (!joined.ok) throw await refused(joined.reason, team.state());
      const supervisor = await supervisorOf(team);
      const running = supervisor !== undefined && supervisor.verdict !== "dead";
      showTeam(context, team, {
        running,
        joined: name,
        next: running ? `troupe agent show ${name}` : `troupe resume ${team.name}, which starts ${name}`,
      });
      return 0;
    }),
});

/** What a fork of that member is defined as. Throws `agent_not_found`, and `conflict` when it has no conversation. */
async function forked(team: Team, from: MemberName): Promise<MemberDefinition> {
  const { memberNamed } = await import("../../../team/derive.ts");
  const { forkOf, definitionOfFork } = await import("../../../runtime/fork-transcript.ts");
  const { TroupeError } = await import("../../../base/errors.ts");
  const member = memberNamed(team.state(), from);
  if (member === undefined)
    throw new TroupeError("agent_not_found", `no agent named ${from} in team ${team.name}`, {
      hint: "troupe agent list",
    });
  const fork = await forkOf(team, member.name);
  if (fork === undefined)
    throw new TroupeError("conflict", `${member.name} has no conversation yet that could be copied`, {
      hint: "leave --fork out",
    });
  return definitionOfFork(member, fork);
}

/** What the definition of the role gives. Throws `bad_settings` with file and line when it is broken. */
async function fillOf(team: Team, role: string, model: string | undefined): Promise<RoleFill> {
  const { roleDefinition } = await import("../../../runtime/role-definition.ts");
  const { TroupeError } = await import("../../../base/errors.ts");
  const found = await roleDefinition(team.host, team.state().team?.dir ?? team.host.cwd, role, model);
  if (found.kind === "broken")
    throw new TroupeError("bad_settings", `the definition of the role ${role} is broken: ${found.why}`, {
      hint: "mend that file, or give another --role",
    });
  return found.kind === "found" ? found.fill : {};
}
