import { appendFileSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { MemberName, TeamName } from "../../../src/protocol/names.ts";
import { teamPaths } from "../../../src/protocol/paths.ts";
import {
  agentOutput,
  lastLines,
  outputSize,
  supervisorOutput,
} from "../../../src/runtime/supervisor-output.ts";
import { tempFolder } from "../../support/temp-folder.ts";

const CREW = TeamName.parse("crew");

test("the last words of a process are its lines since it was started", () => {
  const path = join(tempFolder(), "output.log");
  expect(outputSize(path)).toBe(0);
  expect(lastLines(path, 0)).toEqual([]);
  writeFileSync(path, "of an earlier life\n");
  const from = outputSize(path);

  appendFileSync(path, `\u001b[31merror: no key\u001b[0m\n\n  hint: set one  \n${"x".repeat(400)}`);

  expect(lastLines(path, from)).toEqual(["error: no key", "hint: set one", "x".repeat(300)]);
});

test("of a long output the end is read, and a link not at all", () => {
  const folder = tempFolder();
  const path = join(folder, "output.log");
  writeFileSync(path, Array.from({ length: 5_000 }, (_, line) => `line ${line}\n`).join(""));
  symlinkSync(path, join(folder, "link"));

  expect(lastLines(path, 0)).toEqual(Array.from({ length: 10 }, (_, line) => `line ${4_990 + line}`));
  expect(lastLines(join(folder, "link"), 0)).toEqual([]);
});

test("F1 output folders are made private, but never a team's folder", () => {
  const configDir = tempFolder();
  expect(() => supervisorOutput(configDir, CREW)).toThrow(
    expect.objectContaining({ code: "state_dir" }) as Error,
  );
  expect(() => agentOutput(configDir, CREW, MemberName.parse("Ada"))).toThrow(/cannot be made/);
  expect(readdirSync(configDir)).toEqual([]);
  const { root } = teamPaths(configDir, CREW);
  mkdirSync(root, { recursive: true });

  expect(agentOutput(configDir, CREW, MemberName.parse("Ada"))).toBe(join(root, "agents/ada/output.log"));
  expect(supervisorOutput(configDir, CREW)).toBe(join(root, "supervisor/output.log"));
  expect(statSync(join(root, "agents/ada")).mode & 0o777).toBe(0o700);
});
