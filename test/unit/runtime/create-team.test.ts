import { join } from "node:path";
import { expect, test } from "vitest";
import { nodeFiles } from "../../../src/base/node-files.ts";
import { FORMAT_VERSION } from "../../../src/protocol/entries.ts";
import { EntryId, InstanceId, MemberName, TaskId, TeamName } from "../../../src/protocol/names.ts";
import { openWorkspace } from "../../../src/runtime/workspace.ts";
import { createTeamFolder } from "../../../src/store/files/team-folders.ts";
import { must } from "../../fixtures/agent-stand-in-memory.ts";
import { CREW, hostAt, opened, PLAN } from "../../fixtures/agent-stand-in-plan.ts";
import { tempFolder } from "../../support/temp-folder.ts";

test("a plan becomes a team: members, tasks, edges forwards and backwards", async () => {
  const home = tempFolder();
  const workspace = openWorkspace(hostAt(home));
  expect(workspace.configDir).toBe(join(home, ".claude"));
  expect(await workspace.list()).toEqual([]);

  const { state } = await opened(workspace.create(PLAN));

  expect(await workspace.list()).toEqual(["crew"]);
  expect(state().team).toMatchObject({
    name: "crew",
    goal: "a parser",
    dir: "/srv/parser",
    settings: { review: true },
  });
  expect([...state().members.values()].map(({ name, role, lead }) => [name, role, lead])).toEqual([
    ["lead", undefined, true],
    ["Ada", "engineer", false],
  ]);
  expect(
    [...state().tasks.values()].map(({ id, subject, blockedBy, priority }) => [
      id,
      subject,
      blockedBy,
      priority,
    ]),
  ).toEqual([
    ["1", "first", ["3"], 0],
    ["2", "second", ["1"], 5],
    ["3", "third", [], 0],
  ]);
  const again = await opened(workspace.open(CREW));
  expect(again.state().tasks.size).toBe(3);
});

test("a name that is in use is refused, F4 whatever folder the other team works in", async () => {
  const workspace = openWorkspace(hostAt(tempFolder()));
  await opened(workspace.create(PLAN));

  for (const plan of [PLAN, { ...PLAN, dir: "/srv/other" }, { ...PLAN, name: TeamName.parse("CREW") }])
    await expect(workspace.create(plan)).rejects.toMatchObject({ code: "name_taken" });
});

test.each([
  { after: 0, what: "the folder" },
  { after: 1, what: "a member" },
  { after: 3, what: "a task" },
  { after: 5, what: "everything but the edges forwards" },
])("A12 a creation that was cut off after $what is completed by the next", async ({ after }) => {
  const home = tempFolder();
  const workspace = openWorkspace(hostAt(home));
  const instance = InstanceId.parse("cutoff");
  await createTeamFolder(nodeFiles(), workspace.configDir, CREW, {
    op: "team",
    v: FORMAT_VERSION,
    id: EntryId.parse(`${instance}.1`),
    at: "2026-11-20T12:00:00.000Z",
    by: "user",
    team: CREW,
    instance,
    dir: PLAN.dir,
    goal: "a parser",
    settings: PLAN.settings,
  });
  const beginning = await workspace.open(CREW, instance);
  const drafts = [
    ...PLAN.members.map(({ name, lead, definition, role }) => ({
      op: "join" as const,
      by: "user" as const,
      member: name,
      lead,
      backend: "child" as const,
      definition,
      ...(role ? { role } : {}),
    })),
    ...PLAN.tasks.map(({ subject, blockedBy }, index) => ({
      op: "create" as const,
      by: "user" as const,
      task: TaskId.parse(String(index + 1)),
      subject,
      blockedBy: blockedBy.filter((one) => one <= index).map((one) => TaskId.parse(String(one))),
    })),
  ];
  for (const draft of drafts.slice(0, after)) await must(beginning, draft);
  await beginning.close();

  const team = await opened(workspace.create(PLAN));

  expect([...team.state().members.keys()]).toEqual(["lead", "ada"]);
  expect([...team.state().tasks.values()].map(({ id, blockedBy }) => [id, blockedBy])).toEqual([
    ["1", ["3"]],
    ["2", ["1"]],
    ["3", []],
  ]);
  await expect(workspace.create(PLAN)).rejects.toMatchObject({ code: "name_taken" });
});

test("two that carry out one plan at once make it once", async () => {
  const workspace = openWorkspace(hostAt(tempFolder()));

  const made = await Promise.allSettled([workspace.create(PLAN), workspace.create(PLAN)]);

  for (const one of made) if (one.status === "fulfilled") await one.value.close();
  expect(made.some(({ status }) => status === "fulfilled")).toBe(true);
  const team = await opened(workspace.open(CREW));
  expect(team.state().members.size).toBe(2);
  expect([...team.state().tasks.values()].map(({ subject }) => subject)).toEqual([
    "first",
    "second",
    "third",
  ]);
});

test("a team that was used is not completed as if it were a beginning", async () => {
  const workspace = openWorkspace(hostAt(tempFolder()));
  const team = await opened(workspace.create({ ...PLAN, tasks: [] }));
  await must(team, {
    op: "start",
    by: "system",
    member: MemberName.parse("Ada"),
    instance: InstanceId.parse("someone"),
  });

  await expect(workspace.create(PLAN)).rejects.toMatchObject({ code: "name_taken" });
  expect((await team.readOn()).tasks.size).toBe(0);
});
