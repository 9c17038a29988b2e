import { readdirSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { signalProcess, taggedProcesses } from "../../src/base/process-identity.ts";

/** Temporary files, half-made and half-deleted folders, and locks: none of them may outlive what made it. */
const LEFTOVER = /\.lock$|\.tmp\b|^\.tmp|^\.new-|^\.trash-/;
let tests = 0;

/**
 * Watches over what this test starts: the answer goes into the environment of its processes as TROUPE_TEST_ID. When the
 * test ends, it fails if one of them is still there (it is killed), or if a lock or a temporary file lies below
 * `folder`. Call it after the folder was made, so that the look comes before its removal.
 */
export function watchLeaks(folder: string): string {
  const testId = `${process.pid}-${++tests}`;
  onTestFinished(async () => {
    const leaks = await findLeaks(testId, folder);
    if (leaks.length > 0) throw new Error(`left behind:\n${leaks.join("\n")}`);
  });
  return testId;
}

/** What a test left behind, one line each; its processes are killed. */
export async function findLeaks(testId: string, folder: string): Promise<readonly string[]> {
  return [...(await killTagged(testId, folder)), ...leftoverFiles(folder)];
}

/**
 * Ends every process of the test and answers what they were: also the shells of its agents, which know no more of it than
 * whose teams they work for. Rounds, because a dying one may just have forked.
 */
async function killTagged(testId: string, folder: string): Promise<readonly string[]> {
  const lines = new Map<number, string>();
  for (let round = 0; round < 10; round++)
    for (const { identity, env } of await taggedProcesses({})) {
      const isShell = env.get("CLAUDE_CONFIG_DIR")?.startsWith(`${folder}/`) === true;
      if (env.get("TROUPE_TEST_ID") !== testId && !isShell) continue;
      const who = `${env.get("TROUPE_AGENT") ?? "no agent"}, ${env.get("TROUPE_INSTANCE") ?? "no instance"}`;
      lines.set(identity.pid, `process ${identity.pid} (${who})`);
      await signalProcess(identity, "SIGKILL");
    }
  return [...lines.values()];
}

export function leftoverFiles(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(({ name }) => LEFTOVER.test(name))
    .map(({ parentPath, name }) => join(parentPath, name));
}
