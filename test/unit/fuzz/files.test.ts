import { expect, test } from "vitest";
import { openFileStore } from "../../../src/store/files/open-file-store.ts";
import { encodeLine, parseJson } from "../../../src/store/line-codec.ts";
import { cursorProperties } from "../../support/fuzz-cursor.ts";
import { fileProperties } from "../../support/fuzz-files.ts";
import { teamOnMemory } from "../../support/fuzz-log.ts";
import { titled } from "../../support/fuzz-property.ts";
import { bob, claim, message, teamEntry } from "../../support/store-entries.ts";

test.each(titled([...cursorProperties, ...fileProperties]))(
  "%s",
  async (_, check) => {
    expect(await check()).toBeGreaterThan(0);
  },
  60_000,
);

test("M21 a cursor without an id is none at a later segment while an earlier one is there", async () => {
  const { fs, paths } = teamOnMemory();
  const store = await openFileStore(fs, paths, { durability: "default", network: false, mailSealBytes: 300 });
  for (let counter = 1; counter <= 5; counter++)
    await store.mailbox(bob).append(message(counter, "x".repeat(100)));
  const cursorAt = async (position: string): Promise<unknown> => {
    const mark = { position, id: null };
    fs.put(paths.cursor(bob), Buffer.from(JSON.stringify({ v: 1, delivered: mark, read: mark })));
    return store.cursor(bob).load();
  };

  expect(await cursorAt("1:0")).toBeDefined();
  expect(await cursorAt("2:0")).toBeUndefined();
  await fs.unlink(`${paths.mailbox(bob)}/1.jsonl`);
  expect(await cursorAt("2:0")).toBeDefined();
});

test("M8 a snapshot without the checksum of its last line is none", async () => {
  const { fs, paths, open } = teamOnMemory();
  fs.put(`${paths.journal}/1.jsonl`, encodeLine(JSON.stringify(teamEntry())));
  const { lastChecksum: _, ...value } = {
    v: 1,
    fold: 1,
    position: "9:9",
    lastId: claim(1).id,
    lastChecksum: 1,
    state: {},
  };
  fs.put(paths.snapshot, encodeLine(JSON.stringify(value)).subarray(1));

  expect(await (await open()).snapshot.load(1)).toBeUndefined();
});

test("D7 JSON that nests too deep to be cleaned of __proto__ is none", () => {
  const deep = `${"[".repeat(30_000)}${"]".repeat(30_000)}`;

  expect(parseJson(`{"__proto__":1,"a":${deep}}`)).toBeUndefined();
});
