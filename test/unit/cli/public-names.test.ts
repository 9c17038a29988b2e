import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import * as publicApi from "../../../src/index.ts";

test("the public names are these, and few", () => {
  const source = readFileSync(join(import.meta.dirname, "../../../src/index.ts"), "utf8");
  const types = [...source.matchAll(/\btype (?:\{ )?(\w+)/g)].length;

  expect(Object.keys(publicApi).toSorted()).toEqual([
    "TroupeError",
    "followTimeline",
    "openHost",
    "openTeam",
    "openWorkspace",
    "readTeamFile",
    "timeline",
  ]);
  expect(Object.keys(publicApi).length + types).toBeLessThanOrEqual(25);
});
