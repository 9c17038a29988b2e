import { onTestFinished } from "vitest";
import type { TeamSettings } from "../../src/protocol/entries.ts";
import { EntryId, InstanceId, MemberName, Role, TeamName } from "../../src/protocol/names.ts";
import {
  createMemoryDisk,
  type MemoryDisk,
  openMemoryStore,
} from "../../src/store/memory/open-memory-store.ts";
import { joinMember } from "../../src/team/members.ts";
import { openTeam } from "../../src/team/open-team.ts";
import type { Team } from "../../src/team/team.ts";
import { testHost } from "./test-host.ts";

/** A team in memory, seen by one process for each `seed`. */
export interface MemoryTeam {
  readonly disk: MemoryDisk;
  readonly team: Team;
  /** The same team as another process sees it. */
  readonly view: (seed: string) => Promise<Team>;
  readonly join: (
    name: string,
    fields?: { readonly role?: string; readonly tools?: string[] },
  ) => Promise<void>;
}

/** Members: who is named lead leads. */
export async function memoryTeam(
  members: readonly string[],
  goal?: string,
  settings: TeamSettings = {},
): Promise<MemoryTeam> {
  const disk = createMemoryDisk({
    op: "team",
    v: 1,
    id: EntryId.parse("creator.1"),
    at: "2026-11-20T12:00:00.000Z",
    by: "user",
    team: TeamName.parse("demo"),
    instance: InstanceId.parse("team-instance"),
    dir: "/srv/demo",
    settings,
    ...(goal === undefined ? {} : { goal }),
  });
  const view = async (seed: string): Promise<Team> => {
    const team = await openTeam(openMemoryStore(disk), testHost(seed), InstanceId.parse(`${seed}-view`));
    onTestFinished(team.close);
    return team;
  };
  const team = await view("test");
  const join: MemoryTeam["join"] = async (name, { role, tools } = {}) => {
    const joined = await joinMember(team, "user", {
      name: MemberName.parse(name),
      lead: name === "lead",
      backend: "child",
      definition: tools === undefined ? {} : { tools },
      ...(role === undefined ? {} : { role: Role.parse(role) }),
    });
    if (!joined.ok) throw new Error(joined.reason.kind);
  };
  for (const name of members) await join(name);
  return { disk, team, view, join };
}
