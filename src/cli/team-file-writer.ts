import type { z } from "zod";
import { TeamName } from "../protocol/names.ts";
import type { TeamFile } from "../protocol/team-file.ts";
import { given } from "../runtime/given.ts";
import { teamNameOf } from "../runtime/team-plan.ts";
import type { Context } from "./command.ts";
import { createFile, refuseThere } from "./create-file.ts";
import { parseTeamName } from "./parse-team-name.ts";
import { teamFilePath } from "./plan-team.ts";

/** Plain JSON of a team file: brands are for what was read. */
type PlainTeamFile = z.input<typeof TeamFile>;

/** What a member that writes programs needs; Bash only because it is named here. */
const BUILDER_TOOLS = ["Bash", "Read", "Write", "Edit", "Glob", "Grep"];

/** Who builds edits files all day: below its folder it need not ask, and the file says so. */
const MODE = "acceptEdits";

/** Makes the usual team file for the folder. Throws `conflict` when there is one: a person may have written it. */
export async function writeTeamFile(
  context: Context,
  goalGiven: string | undefined,
  signal: AbortSignal,
): Promise<{ readonly path: string; readonly team: string; readonly file: PlainTeamFile }> {
  const { host, flags } = context;
  const path = teamFilePath(host.cwd);
  // Nobody is asked for what would not be written.
  refuseThere(path);
  const suggested = flags.team === undefined ? teamNameOf(host.cwd) : parseTeamName(flags.team, "--team");
  const asked = mayAsk(context) ? await askPerson(context, suggested, signal) : undefined;
  const name = asked?.name ?? suggested;
  const goal = goalGiven ?? asked?.goal;
  const file = starterFile(name, goal);
  await createFile(path, `${JSON.stringify(file, null, 2)}\n`);
  return { path, team: name, file };
}

function mayAsk({ io, flags }: Context): boolean {
  return io.stdin.isTTY === true && flags.input && !flags.yes && !flags.json;
}

interface Answers {
  readonly name: TeamName | undefined;
  readonly goal: string | undefined;
}

async function askPerson(context: Context, suggested: TeamName, signal: AbortSignal): Promise<Answers> {
  const questions = [
    { text: `team name [${suggested}]:`, wrong: whyNoName },
    { text: "goal (may stay empty):" },
  ];
  const answers = await context.screen.ask(questions, "troupe init --yes", signal);
  const [name = "", goal = ""] = answers.map((answer) => answer.trim());
  return {
    name: name === "" ? undefined : parseTeamName(name, "the team"),
    goal: goal === "" ? undefined : goal,
  };
}

/** An empty answer takes the suggestion. */
function whyNoName(answer: string): string | undefined {
  const parsed = TeamName.safeParse(answer.trim());
  return parsed.success || answer.trim() === "" ? undefined : parsed.error.issues[0]?.message;
}

function starterFile(name: TeamName, goal: string | undefined): PlainTeamFile {
  return {
    name,
    ...given({ goal }),
    members: [
      { name: "lead", permissionMode: MODE },
      { name: "builder", role: "engineer", tools: BUILDER_TOOLS, permissionMode: MODE },
      { name: "reviewer", role: "review", tools: BUILDER_TOOLS, permissionMode: MODE },
    ],
  };
}
