import { readFileSync, renameSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { expect, test } from "vitest";
import type { Fs } from "../../../src/base/files.ts";
import { nodeFiles } from "../../../src/base/node-files.ts";
import { consult } from "../../support/doctor.ts";
import { type Death, dyingFs } from "../../support/dying-fs.ts";
import { leftoverFiles } from "../../support/leaks.ts";
import { copyOf, essence, logsOf, sickTeam } from "../../support/sick-all.ts";
import type { SickTeam } from "../../support/sick-team.ts";

interface Expected {
  /** What an undisturbed repair makes of the same damage. */
  readonly wanted: unknown;
  /** The logs before any repair. */
  readonly logs: ReadonlyMap<string, string>;
}

test("A18 a repair that is killed at any of its calls is finished by the next one, and nothing is lost", async () => {
  const sick = await sickTeam();
  const { expected, changes } = await undisturbed(sick);
  const deaths: Death[] = changes.flatMap((change, index) => [
    { at: index + 1, half: false },
    ...(/^(?:append|create) /.test(change) ? [{ at: index + 1, half: true }] : []),
  ]);

  // A repair that changes nothing would pass as well.
  expect(changes.length).toBeGreaterThan(40);
  for (const death of deaths) {
    const team = copyOf(sick);
    await repair(team, death);
    await repair(team);
    const complaints = await complaintsAbout(team, expected);
    expect(complaints, `dead ${death.half ? "in the middle of" : "before"} ${changes[death.at - 1]}`).toEqual(
      [],
    );
  }
}, 90_000);

test("the harness reports a repair that removes nothing, one that writes nothing and one that cuts a log", async () => {
  const sick = await sickTeam();
  const { expected } = await undisturbed(sick);
  const lies: readonly Partial<Fs>[] = [
    { unlink: async () => undefined, rmdir: async () => undefined },
    { append: async (_, bytes) => bytes.length },
    { rename: (from) => nodeFiles().unlink(from) },
  ];
  const told: string[][] = [];

  for (const lie of lies) {
    const team = copyOf(sick);
    await consult(team, { fixing: true, fs: { ...nodeFiles(), ...lie } }).catch(() => undefined);
    told.push([...(await complaintsAbout(team, expected))]);
  }
  const cut = copyOf(sick);
  await repair(cut);
  const journal = join(cut.paths.journal, "1.jsonl");
  const logs = logsOf(cut);
  truncateSync(journal, readFileSync(journal).length - 30);

  expect(told.map((complaints) => complaints.length > 0)).toEqual([true, true, true]);
  expect(await complaintsAbout(cut, { ...expected, logs })).toContain(
    "teams/crew/journal/1.jsonl lost bytes",
  );
});

async function undisturbed(sick: SickTeam): Promise<{ expected: Expected; changes: readonly string[] }> {
  const whole = copyOf(sick);
  const changes = await repair(whole);
  return { expected: { wanted: await essence(whole), logs: logsOf(sick) }, changes };
}

/** What is wrong with a team that was repaired; [] when it is as an undisturbed repair leaves it. */
async function complaintsAbout(team: SickTeam, { wanted, logs }: Expected): Promise<readonly string[]> {
  const { repairs, exit } = await consult(team, { fixing: true });
  const now = logsOf(team);
  return [
    ...repairs.map(({ text }) => `left to the next repair: ${text}`),
    ...(exit === 0 ? [] : ["not clean"]),
    ...(isDeepStrictEqual(await essence(team), wanted)
      ? []
      : ["another state than an undisturbed repair makes"]),
    ...[...logs].flatMap(([path, text]) => (now.get(path)?.startsWith(text) ? [] : [`${path} lost bytes`])),
    ...leftoverFiles(team.configDir),
  ];
}

/** One repair by a process that may die; answers what it changed. */
async function repair(team: SickTeam, death?: Death): Promise<readonly string[]> {
  const { fs, disk, changes, dead, closeAll } = dyingFs(death);
  await Promise.race([consult(team, { fixing: true, fs, disk }), dead]);
  await closeAll();
  buried(team);
  return changes;
}

/** The number of a dead process: we live on, and temporary files of the living are not touched. */
function buried({ configDir }: SickTeam): void {
  for (const path of leftoverFiles(configDir))
    if (path.endsWith(".tmp")) renameSync(path, path.replace(`.${process.pid}-`, ".999999999-"));
}
