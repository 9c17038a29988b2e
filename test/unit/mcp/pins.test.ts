import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openPins } from "../../../src/mcp/pins.ts";
import { tempFolder } from "../../support/temp-folder.ts";

test("J9 a tool that was approved and is another now has changed, also for the next process", async () => {
  const path = join(tempFolder(), "connectors.json");
  const pins = openPins(path);

  expect(pins.isChanged("a", "one")).toBe(false);
  await Promise.all([pins.pin("a", "one"), pins.pin("b", "two")]);

  for (const reader of [pins, openPins(path)]) {
    expect(reader.isChanged("a", "one")).toBe(false);
    expect(reader.isChanged("a", "other")).toBe(true);
    expect(reader.isChanged("b", "two")).toBe(false);
  }
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test("J9 a change that was approved is the new state", async () => {
  const path = join(tempFolder(), "connectors.json");
  const pins = openPins(path);
  await pins.pin("a", "one");

  await pins.pin("a", "two");

  expect(pins.isChanged("a", "two")).toBe(false);
  expect(openPins(path).isChanged("a", "one")).toBe(true);
});

test("J9 a file that cannot be understood says that everything has changed, until it is approved again", async () => {
  const path = join(tempFolder(), "connectors.json");
  writeFileSync(path, "{oops");
  const pins = openPins(path);

  expect(pins.isChanged("a", "one")).toBe(true);
  await pins.pin("a", "one");

  expect(pins.isChanged("a", "one")).toBe(false);
  expect(JSON.parse(readFileSync(path, "utf8"))).toEqual({ v: 1, tools: { a: "one" } });
});
