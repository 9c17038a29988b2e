import { cpSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { nodeFiles } from "../../../src/base/node-files.ts";
import { InstanceId, MemberName, TeamName } from "../../../src/protocol/names.ts";
import { teamPaths } from "../../../src/protocol/paths.ts";
import { openFileStore } from "../../../src/store/files/open-file-store.ts";
import type { Log, Placed, Store } from "../../../src/store/store.ts";
import { openTeam } from "../../../src/team/open-team.ts";
import { tempFolder } from "../../support/temp-folder.ts";
import { testHost } from "../../support/test-host.ts";

const root = join(import.meta.dirname, "../../..");
const golden = join(root, "teams-fixtures/golden/greeting");
const ada = MemberName.parse("ada");
const lead = MemberName.parse("lead");

/** The golden team in a folder of this test's own. */
async function openGolden(): Promise<Store> {
  const config = tempFolder();
  cpSync(golden, join(config, "teams/greeting"), { recursive: true });
  return openFileStore(nodeFiles(), teamPaths(config, TeamName.parse("greeting")), { durability: "default" });
}

async function all<E>(log: Log<E>): Promise<readonly Placed<E>[]> {
  const { entries, torn, atEnd } = await log.read(await log.start());
  expect({ torn, atEnd }).toEqual({ torn: [], atEnd: true });
  return entries;
}

/** The entries that stand in a file of the golden team, without their checksums. */
function written(path: string): readonly unknown[] {
  return readFileSync(join(golden, path), "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const { c: _, ...entry } = JSON.parse(line) as Record<string, unknown>;
      return entry;
    });
}

/** The entries as the store reads them. */
async function read<E>(log: Log<E>): Promise<readonly E[]> {
  return (await all(log)).map(({ entry }) => entry);
}

test("the journal of an earlier version folds to the state it had", async () => {
  const store = await openGolden();
  const team = await openTeam(store, testHost("golden"), InstanceId.parse("golden0001"));

  const { tasks, members, team: facts } = team.state();

  expect(facts).toMatchObject({
    name: "greeting",
    goal: "A file that greets the world",
    stopping: false,
    closed: false,
  });
  expect(facts?.report).toBeUndefined();
  expect([...members.values()].map(({ name, role, restarts }) => ({ name, role, restarts }))).toEqual([
    { name: "lead", role: undefined, restarts: 0 },
    { name: "ada", role: "writer", restarts: 0 },
  ]);
  expect(
    [...tasks.values()].map(({ id, status, owner, attempts, blockedBy, version }) => ({
      id,
      status,
      owner,
      attempts,
      blockedBy,
      version,
    })),
  ).toEqual([
    { id: "1", status: "in_progress", owner: "ada", attempts: 2, blockedBy: [], version: 6 },
    { id: "2", status: "pending", owner: undefined, attempts: 0, blockedBy: ["1"], version: 2 },
  ]);
  await team.close();
});

test("every entry of every log of an earlier version is read with all its fields", async () => {
  const store = await openGolden();
  expect(await read(store.journal)).toEqual(written("journal/1.jsonl"));
  expect(await read(store.mailbox(lead))).toEqual(written("mail/lead/1.jsonl"));
  expect(await read(store.agentLog(ada, "events"))).toEqual(written("agents/ada/events.jsonl"));
  expect(await read(store.agentLog(ada, "transcript"))).toEqual(written("agents/ada/transcript.jsonl"));
  await store.close();
});

test("cursors and presence of an earlier version are believed", async () => {
  const store = await openGolden();

  const cursor = await store.cursor(lead).load();
  const run = await store.presence.read(ada);

  expect(cursor).toEqual(JSON.parse(readFileSync(join(golden, "mail/lead/cursor.json"), "utf8")));
  expect(run).toEqual(JSON.parse(readFileSync(join(golden, "agents/ada/run.json"), "utf8")));
  await store.close();
});

test("the examples of docs/protocol.md stand in the golden team", () => {
  const files = readdirSync(golden, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"));
  const doc = readFileSync(join(root, "docs/protocol.md"), "utf8");
  const examples = [...doc.matchAll(/```json\n([\s\S]*?)```/g)].flatMap((match) =>
    (match[1] ?? "").trim().split("\n"),
  );

  const unknown = examples.filter((line) => !files.some((text) => text.split("\n").includes(line)));

  expect(examples.length).toBeGreaterThan(10);
  expect(unknown).toEqual([]);
});
