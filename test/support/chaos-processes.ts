import { join } from "node:path";
import { type FoundProcess, taggedProcesses } from "../../src/base/process-identity.ts";
import { commandOf } from "./chaos-samples.ts";

export const PROGRAM = join(import.meta.dirname, "../../bin/troupe.js");
/** The same, whose processes tell what memory they hold. */
export const SOAK_PROGRAM = join(import.meta.dirname, "../fixtures/soak-troupe.mjs");

/** A process of troupe: an agent, or the supervisor when `agent` is undefined. What agents start is not among them. */
export interface TeamProcess extends FoundProcess {
  readonly team: string;
  readonly agent: string | undefined;
}

/** Agents and supervisors that bear the test's id. */
export async function teamProcesses(testId: string): Promise<readonly TeamProcess[]> {
  return (await taggedProcesses({ TROUPE_TEST_ID: testId })).flatMap(asTeamProcess);
}

/** What an agent starts has its variables too; the command line tells them apart. */
function asTeamProcess(found: FoundProcess): TeamProcess[] {
  const { identity, env } = found;
  const team = env.get("TROUPE_TEAM");
  const words = commandOf(identity.pid);
  if (team === undefined || (words[1] !== PROGRAM && words[1] !== SOAK_PROGRAM)) return [];
  if (words[2] === "supervise") return [{ ...found, team, agent: undefined }];
  return words[2] === "agent" && words[3] === "run" ? [{ ...found, team, agent: words[4] }] : [];
}

/** One line for each process that bears the test's id, whatever it is. */
export async function everyProcess(testId: string): Promise<readonly string[]> {
  return (await taggedProcesses({ TROUPE_TEST_ID: testId })).map(
    ({ identity }) => `process ${identity.pid} (${commandOf(identity.pid).slice(0, 6).join(" ")})`,
  );
}
