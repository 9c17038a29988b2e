import { z } from "zod";
import { TroupeError } from "../../base/errors.ts";
import { MemberName, Role, sameName, TeamName } from "../../protocol/names.ts";
import { given } from "../../runtime/given.ts";
import { defineCommand } from "../command.ts";
import { nameArgument } from "../parse-input.ts";

/** `builder`, `builder:engineer`. */
const MemberWord = z.string().transform((word, context) => {
  const [name = "", role, ...rest] = word.split(":");
  const parsed = z
    .object({ name: nameArgument(MemberName), role: nameArgument(Role).optional() })
    .safeParse({ name, role });
  if (parsed.success && rest.length === 0) return parsed.data;
  const [issue] = parsed.error?.issues ?? [];
  context.addIssue({
    code: "custom",
    message: issue?.message ?? `"${word.slice(0, 80)}" is no member: give NAME or NAME:ROLE`,
    params: { code: "bad_name" },
  });
  return z.NEVER;
});

export const create = defineCommand({
  name: "create",
  summary:
    "Make a team without starting agents: a task list and mailboxes for people, scripts and agents of your own.",
  examples: [
    { line: "troupe create parser", note: "an empty team of this folder", exit: 0 },
    {
      line: "troupe create docs --member ada --member bob:review",
      note: "with members that act through a shell",
      exit: 0,
    },
    { line: "troupe create ../x", note: "exit 2: that is no name", exit: 2 },
  ],
  arguments: [["[team]", "its name; the folder's unless given"]],
  options: [
    ["-f, --file <file>", "a team file with members and tasks"],
    ["--member <name...>", "NAME or NAME:ROLE, a member that acts by hand; may be repeated"],
    ["--goal <text>", "what it is for"],
  ],
  input: z.object({
    team: nameArgument(TeamName).optional(),
    file: z.string().optional(),
    member: z.array(MemberWord).readonly().default([]),
    goal: z
      .string()
      .trim()
      .min(1, "it is empty")
      .max(64 * 1024)
      .optional(),
  }),
  run: async ({ team: named, file, member, goal }, context) => {
    const { openWorkspace } = await import("../../runtime/workspace.ts");
    const { planTeam } = await import("../plan-team.ts");
    const { showTeam } = await import("../team-view.ts");
    const { teamNameOf } = await import("../../runtime/team-plan.ts");
    const { parseTeamName } = await import("../parse-team-name.ts");
    const { host, flags } = context;
    const wanted = named ?? (flags.team === undefined ? undefined : parseTeamName(flags.team, "--team"));
    const byHand = member.map(({ name, role }) => ({
      name,
      ...given({ role }),
      lead: false,
      backend: "hand" as const,
      definition: {},
    }));
    const plan =
      file === undefined
        ? {
            name: wanted ?? teamNameOf(host.cwd),
            dir: host.cwd,
            settings: {},
            members: [],
            tasks: [],
            ...given({ goal }),
          }
        : await planTeam(context, { dir: host.cwd, file, name: wanted, goal });
    refuseTwice([...plan.members, ...byHand].map(({ name }) => name));
    const team = await openWorkspace(host).create({ ...plan, members: [...plan.members, ...byHand] });
    try {
      showTeam(context, team, { running: false, next: `troupe task add SUBJECT --team ${team.name}` });
      return 0;
    } finally {
      await team.close();
    }
  },
});

function refuseTwice(names: readonly MemberName[]): void {
  const twice = names.find((name, index) => names.slice(0, index).some((other) => sameName(other, name)));
  if (twice !== undefined)
    throw new TroupeError(
      "name_taken",
      `--member: there are two members named ${twice} (names compare without case)`,
    );
}
