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
