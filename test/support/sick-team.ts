import type { Host } from "../../src/base/host.ts";
import { MemberName, TaskId, TeamName } from "../../src/protocol/names.ts";
import { type TeamPaths, teamPaths } from "../../src/protocol/paths.ts";
import { openWorkspace, type Workspace } from "../../src/runtime/workspace.ts";
import { openMailbox, sendMessage } from "../../src/team/mail.ts";
import type { Team } from "../../src/team/team.ts";
import { must } from "../fixtures/agent-stand-in-memory.ts";
import { tempFolder } from "./temp-folder.ts";
import { testHost } from "./test-host.ts";

/** A real team folder, made by the product, with work and mail in it; nothing is wrong with it. */
export interface SickTeam {
  readonly name: TeamName;
  readonly configDir: string;
  readonly paths: TeamPaths;
  readonly host: Host;
  readonly workspace: Workspace;
  /** Opens the team, works with it, closes it. */
  readonly within: <T>(work: (team: Team) => Promise<T>) => Promise<T>;
}

const ADA = MemberName.parse("ada");
let teams = 0;

/** `crew` with lead and ada, four tasks (1 done, 2 owned by the user), mail for ada with a cursor, and a snapshot. */
export async function healthyTeam(): Promise<SickTeam> {
  const configDir = tempFolder();
  const seed = `s${process.pid}n${++teams}x`;
  const sick = teamIn(configDir, seed);
  const { workspace, name, within } = sick;
  const made = await workspace.create({
    name,
    dir: "/nowhere",
    settings: {},
    members: ["lead", "ada"].map((member) => ({
      name: MemberName.parse(member),
      lead: member === "lead",
      backend: "child" as const,
      definition: {},
    })),
    tasks: [],
  });
  await made.close();
  await within(async (team) => {
    for (const number of ["1", "2", "3", "4"])
      await must(team, { op: "create", by: "user", task: TaskId.parse(number), subject: `task ${number}` });
    for (const text of ["one", "two", "three"]) await sendMessage(team, "user", { to: ["ada"], text });
    const mailbox = await openMailbox(team, ADA, new Set());
    const [first] = await mailbox.take();
    if (first) await mailbox.delivered(first);
  });
  return sick;
}

/** The same on a copy of its folder, as another process would have it. */
export function teamIn(configDir: string, seed = `c${process.pid}n${++teams}x`): SickTeam {
  const host = { ...testHost(seed, { CLAUDE_CONFIG_DIR: configDir }), now: wallClock };
  const workspace = openWorkspace(host);
  const name = TeamName.parse("crew");
  return {
    name,
    configDir,
    paths: teamPaths(configDir, name),
    host,
    workspace,
    within: async (work) => {
      const team = await workspace.open(name);
      try {
        return await work(team);
      } finally {
        await team.close();
      }
    },
  };
}

/** The time of files: here they are compared with it. */
export function wallClock(): number {
  return performance.timeOrigin + performance.now();
}
