import { InstanceId, MemberName, TeamName } from "../../src/protocol/names.ts";
import { openWorkspace } from "../../src/runtime/workspace.ts";
import { type AskDraft, askApproval } from "../../src/team/approvals.ts";
import type { Team } from "../../src/team/team.ts";
import { type CliResult, type CliWorld, cliWorld, words } from "./cli-world.ts";

/** The team that examples and documentation speak of, with people's, builder's and reviewer's first steps. */
const TEAM_FILE = {
  name: "parser-build",
  goal: "A parser with error recovery",
  review: true,
  members: [
    { name: "lead" },
    { name: "builder", role: "engineer", tools: ["Read", "Write", "Bash"] },
    { name: "reviewer", role: "review" },
  ],
  tasks: [
    { subject: "Lexer" },
    { subject: "Parser", description: "Recursive descent, Pratt for expressions" },
    { subject: "Review the parser", blockedBy: ["Parser"], role: "review" },
    { subject: "Fuzzer", blockedBy: [2], priority: 2 },
    { subject: "Grammar" },
  ],
};

/** A world with that team made and never started. */
export async function fixtureTeam(): Promise<CliWorld> {
  const world = cliWorld();
  const file = world.write(".claude/team-of-tests.json", JSON.stringify(TEAM_FILE));
  const made = await world.troupe(["create", "-f", file]);
  if (made.exit !== 0) throw new Error(made.stderr);
  return world;
}

/** A typed line, with variables in front if it has some: `TROUPE_AGENT=builder troupe task claim 5`. */
export function typeLine(
  world: CliWorld,
  line: string,
  options: { readonly stdin?: string } = {},
): Promise<CliResult> {
  const all = words(line);
  const start = all.indexOf("troupe");
  const env = Object.fromEntries(all.slice(0, start).map((word) => word.split("=", 2) as [string, string]));
  return world.troupe(all.slice(start + 1), { env, ...options });
}

export const BUILD: AskDraft = {
  kind: "permission",
  tool: "Bash",
  input: { command: "npm run build" },
  summary: "npm run build",
  reason: "no rule allows it",
  rule: "Bash(npm run build)",
};

/** Works in the team parser-build of a world as another process would. */
export async function within<T>(world: CliWorld, work: (team: Team) => Promise<T>): Promise<T> {
  const host = world.host();
  const team = await openWorkspace(host).open(TeamName.parse("parser-build"), InstanceId.parse(host.newId()));
  try {
    return await work(team);
  } finally {
    await team.close();
  }
}

/** The builder asks these, one after another: a_1, a_2, … */
export async function builderAsks(world: CliWorld, ...drafts: readonly AskDraft[]): Promise<void> {
  await within(world, async (team) => {
    for (const draft of drafts) {
      const outcome = await askApproval(team, MemberName.parse("builder"), draft);
      if (!outcome.ok) throw new Error(JSON.stringify(outcome.reason));
    }
  });
}
