import { onTestFinished } from "vitest";
import { Entry } from "../../src/protocol/entries.ts";
import { InstanceId, MemberName } from "../../src/protocol/names.ts";
import { createMemoryDisk, openMemoryStore } from "../../src/store/memory/open-memory-store.ts";
import { joinMember } from "../../src/team/members.ts";
import { openTeam } from "../../src/team/open-team.ts";
import type { Team } from "../../src/team/team.ts";
import { testHost } from "./test-host.ts";

/** A team of ada and bob in memory; the clock moves a millisecond a look. */
export async function memoryTeam(): Promise<Team> {
  const host = testHost("timeline");
  const first = Entry.parse({
    op: "team",
    v: 1,
    id: "origin.1",
    at: new Date(host.now()).toISOString(),
    by: "user",
    team: "calc",
    instance: "origin",
    dir: "/srv/calc",
    goal: "A calculator",
    settings: {},
  });
  const team = await openTeam(openMemoryStore(createMemoryDisk(first)), host, InstanceId.parse("reader"));
  onTestFinished(team.close);
  for (const name of ["ada", "bob"].map((word) => MemberName.parse(word)))
    await joinMember(team, "user", { name, backend: "child", definition: {} });
  return team;
}
