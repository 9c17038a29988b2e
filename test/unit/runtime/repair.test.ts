import { mkdirSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { nodeFiles } from "../../../src/base/node-files.ts";
import { liveness, ownIdentity } from "../../../src/base/process-identity.ts";
import { MemberName, TaskId } from "../../../src/protocol/names.ts";
import { repairTeam } from "../../../src/runtime/repair.ts";
import { sweepTemps } from "../../../src/runtime/repair-temps.ts";
import { memoryTeam, must } from "../../fixtures/agent-stand-in-memory.ts";
import { deadIdentity, tagged } from "../../fixtures/agent-stand-in-process.ts";
import { leftoverFiles } from "../../support/leaks.ts";
import { tempFolder } from "../../support/temp-folder.ts";

const ADA = MemberName.parse("ada");

test("A18 the dead are settled, the living are adopted, and a second repair finds nothing", async () => {
  const { team, live, own, member } = await memoryTeam();
  const configDir = tempFolder();
  const me = await ownIdentity();
  await live("lead", me);
  await live("ada", await deadIdentity());
  await own("ada", "1");
  await live("bob");

  const lines = await repairTeam(configDir, team);

  const adopted = `lead: lives on as pid ${me.pid}; adopted`;
  expect(lines).toEqual([
    adopted,
    "ada: its process was gone; its tasks are free",
    "bob: its process was gone; its tasks are free",
  ]);
  expect(team.state().tasks.get(TaskId.parse("1"))).toMatchObject({ status: "pending", deaths: 1 });
  expect(member("ada").life?.ended?.how).toBe("died");
  expect(await team.store.presence.read(ADA)).toBeUndefined();
  expect(member("lead").life?.ended).toBeUndefined();
  expect(await repairTeam(configDir, team)).toEqual([adopted]);
});

test("a run.json that its dead process left behind is removed", async () => {
  const { team, live } = await memoryTeam();
  const instance = await live("ada", await deadIdentity());
  await must(team, { op: "end", by: "system", member: ADA, instance, how: "stopped" });

  expect(await repairTeam(tempFolder(), team)).toEqual(["ada: run.json of a dead process removed"]);
  expect(await team.store.presence.read(ADA)).toBeUndefined();
});

test("A9 processes of lives that are over are ended, those of a life that goes on are not", async () => {
  const { team, live } = await memoryTeam();
  const configDir = tempFolder();
  const tag = { CLAUDE_CONFIG_DIR: configDir, TROUPE_TEAM: "crew", TROUPE_AGENT: "ada" };
  const current = await live("ada");
  const living = await tagged("exec sleep 60", { ...tag, TROUPE_INSTANCE: current });
  const leftover = await tagged("exec sleep 60", { ...tag, TROUPE_INSTANCE: "oldlife" });
  const other = await tagged("exec sleep 60", { ...tag, TROUPE_TEAM: "others", TROUPE_INSTANCE: "oldlife" });

  const lines = await repairTeam(configDir, team);

  expect(lines).toEqual(["ada: lives on as pid unknown; adopted", "ended 1 process of lives that are over"]);
  expect(await Promise.all([living, leftover, other].map(liveness))).toEqual(["alive", "dead", "alive"]);
});

test("C12 temporary files of dead writers and old ones are removed, links are not followed", async () => {
  const folder = tempFolder();
  const outside = tempFolder();
  mkdirSync(join(folder, "mail"));
  symlinkSync(outside, join(folder, "link"));
  const files = {
    dead: join(folder, "mail/cursor.json.999999999-3.tmp"),
    old: join(folder, `run.json.${process.pid}-1.tmp`),
    living: join(folder, `run.json.${process.pid}-2.tmp`),
    foreign: join(folder, "notes.tmp"),
    outside: join(outside, "x.999999999-1.tmp"),
  };
  for (const path of Object.values(files)) writeFileSync(path, "{");
  const now = Date.UTC(2026, 10, 20, 12);
  utimesSync(files.old, now / 1000 - 3_601, now / 1000 - 3_601);
  utimesSync(files.living, now / 1000 - 60, now / 1000 - 60);

  expect(await sweepTemps(nodeFiles(), folder, now)).toBe(2);
  expect(leftoverFiles(folder).toSorted()).toEqual([files.foreign, files.living].toSorted());
  expect(leftoverFiles(outside)).toEqual([files.outside]);
  expect(await sweepTemps(nodeFiles(), join(folder, "nothing"), now)).toBe(0);
});
