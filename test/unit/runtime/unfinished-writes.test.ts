import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { MemberName } from "../../../src/protocol/names.ts";
import { settleLife } from "../../../src/runtime/supervisor-settle.ts";
import { openTranscript } from "../../../src/runtime/transcript.ts";
import { memoryTeam, must } from "../../fixtures/agent-stand-in-memory.ts";
import { deadIdentity } from "../../fixtures/agent-stand-in-process.ts";
import { tempFolder } from "../../support/temp-folder.ts";

const ADA = MemberName.parse("ada");

const call = (file_path: string) => ({
  type: "tool_use" as const,
  id: file_path,
  name: "Write",
  input: { file_path, content: "whole" },
});

test("C12 what a killed agent left half written in the project goes with its life, and nothing of the living", async () => {
  const { team, live, member } = await memoryTeam(["lead"]);
  const dir = tempFolder();
  await must(team, { op: "join", by: "user", member: ADA, backend: "child", definition: { dir } });
  const dead = await deadIdentity();
  mkdirSync(join(dir, "src"));
  mkdirSync(join(dir, "other"));
  for (const name of [`src/.troupe-${dead.pid}-0.tmp`, `src/.troupe-${process.pid}-0.tmp`, "src/keep.tmp"])
    writeFileSync(join(dir, name), "half");
  writeFileSync(join(dir, `other/.troupe-${dead.pid}-0.tmp`), "nobody wrote here");
  await live("ada", dead);
  const transcript = await openTranscript(team, ADA);
  await transcript.record({
    message: { role: "assistant", content: [call("src/a.txt"), call("../outside.txt"), call("gone/b.txt")] },
    inputs: [],
  });

  await settleLife(team, "system", member("ada"), { how: "died", detail: "killed (signal 9)" });

  expect(readdirSync(join(dir, "src")).toSorted()).toEqual([`.troupe-${process.pid}-0.tmp`, "keep.tmp"]);
  expect(readdirSync(join(dir, "other"))).toHaveLength(1);
  expect(member("ada").life?.ended).toMatchObject({ how: "died" });
});
