import { expect, test } from "vitest";
import { seedOfRun } from "../support/kill-chance.ts";
import { createKillTeam, killWorkers } from "../support/kill-team.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { verify } from "../support/verify.ts";
import { readEvidence } from "../support/verify-evidence.ts";

const PROCS = 16;
const KILLS = 100;

test("A1, A2, A4, A5, A7 processes killed at any moment lose nothing acknowledged and agree on one state", {
  timeout: 60_000,
}, async () => {
  const configDir = tempFolder();
  const teamDir = await createKillTeam(configDir, PROCS);
  const seed = seedOfRun();
  const run = await killWorkers(configDir, { procs: PROCS, kills: KILLS, seed });

  expect(verify(teamDir, run), `seed ${seed}`).toEqual([]);
  expect(run.kills, `seed ${seed}`).toBe(KILLS);
  expect(run.reader?.lines.at(-1)).toMatch(/^READ [1-9]/);
  // A run in which little happened proves little.
  const reports = run.lives.flatMap(({ lines }) => lines);
  expect(reports.filter((line) => line.startsWith("ACK")).length).toBeGreaterThan(KILLS);
  expect(reports.filter((line) => line.startsWith("EXIT"))).toHaveLength(PROCS);
  expect(readEvidence(teamDir).logs.get("journal")?.length).toBeGreaterThan(KILLS);
});
