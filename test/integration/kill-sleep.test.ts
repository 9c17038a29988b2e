import { existsSync, utimesSync } from "node:fs";
import { expect, test } from "vitest";
import { liveness } from "../../src/base/process-identity.ts";
import { MemberName, TaskId } from "../../src/protocol/names.ts";
import { sweep } from "../../src/team/rescue.ts";
import { claimTask, completeTask, releaseTask } from "../../src/team/tasks.ts";
import { bundled } from "../support/kill-bundle.ts";
import { finishLife, startLife } from "../support/kill-life.ts";
import { runOf } from "../support/kill-reports.ts";
import { scriptedLife } from "../support/kill-script.ts";
import { newKillTeam } from "../support/kill-team-here.ts";
import { verify } from "../support/verify.ts";

const one = TaskId.parse("1");
const w1 = MemberName.parse("w1");
const w2 = MemberName.parse("w2");

interface Night {
  /** False: the operation has not so many calls. */
  readonly slept: boolean;
  /** What the sleeper was told when it woke. */
  readonly told: string | undefined;
  /** What the other one, who did the same work meanwhile, was told. */
  readonly other: string;
  readonly rescued: number;
  readonly violations: ReturnType<typeof verify>;
}

/** w1 falls asleep before call `at` of the operation; the user gives its task to w2, who does it; then w1 goes on. */
async function night(operation: "claim" | "complete" | "note", at: number): Promise<Night> {
  const { configDir, teamDir } = await newKillTeam();
  const order = {
    configDir,
    teamName: "killed",
    member: "w1",
    life: 1,
    seed: 1,
    sealBytes: 256 * 1024,
    operation,
    die: { at, how: "stop" },
  };
  const sleeper = startLife(await bundled("worker-sleeper.mjs"), order);
  const awake = await scriptedLife(configDir, "w2");
  const { team } = awake;
  let other = "nothing";
  let rescued = 0;
  await Promise.race([sleeper.stopping, sleeper.ended]);
  const slept = !sleeper.hasEnded();
  let isNight = true;
  const asleep = slept && sleeper.sleep(() => !isNight, true);
  if (slept) {
    await team.readOn();
    const isDead = async (): Promise<boolean> => {
      const run = await team.store.presence.read(w1);
      return run !== undefined && (await liveness(run)) === "dead";
    };
    rescued = (await sweep(team, w2, isDead)).length;
    if (operation !== "claim") await releaseTask(team, "user", one);
    const claimed = await claimTask(team, w2, one);
    const done = claimed.ok ? await completeTask(team, w2, one, "done by the other one") : claimed;
    other = done.ok ? "ok" : done.reason.kind;
  }
  isNight = false;
  await asleep;
  const life = await finishLife(sleeper, {
    member: "w1",
    number: 1,
    way: "sleep-end",
    limitMs: 60_000,
  });
  const told = life.lines.find((line) => line.startsWith("TOLD "))?.slice(5);
  return { slept, told, other, rescued, violations: verify(teamDir, runOf([life, await awake.end()])) };
}

test.each([
  ["complete", "not_owner"],
  ["claim", "bad_status"],
  ["note", "ok"],
] as const)(
  "B1, B2, M12, M13 a process that slept before any call of a %s learns the truth when it reads on: %s, or that it was first",
  { timeout: 180_000 },
  async (operation, late) => {
    const nights: Night[] = [];
    for (let at = 1; nights.at(-1)?.slept ?? true; at++) nights.push(await night(operation, at));

    expect(nights.flatMap(({ violations }) => violations)).toEqual([]);
    // A sleeper is alive: nobody may say that it died.
    expect(nights.map(({ rescued }) => rescued)).toEqual(nights.map(() => 0));
    const slept = nights.slice(0, -1);
    // Before the write the other one is first, behind it the sleeper.
    expect(slept[0]).toMatchObject({ told: late, other: "ok" });
    // A note takes nothing from anybody; the work is one's alone.
    const winners = slept.map(({ told, other }) => [told, other].filter((answer) => answer === "ok").length);
    expect(winners).toEqual(slept.map(() => (operation === "note" ? 2 : 1)));
    expect(nights.at(-1)).toMatchObject({ slept: false, told: "ok" });
  },
);

test("M12 a claim that was won and taken away before its process read on is no claim", async () => {
  const { configDir, teamDir } = await newKillTeam();
  const b = await scriptedLife(configDir, "w2");
  let isNight = true;
  const a = await scriptedLife(configDir, "w1", {
    fs: (honest) => ({
      append: async (file, bytes) => {
        const count = await honest.append(file, bytes);
        if (isNight) {
          isNight = false;
          await releaseTask(b.team, "user", one);
          await claimTask(b.team, w2, one);
        }
        return count;
      },
    }),
  });

  const outcome = await claimTask(a.team, w1, one);

  expect(outcome).toEqual({ ok: false, reason: { kind: "taken", task: one, by: w2 } });
  expect(verify(teamDir, runOf([await a.end(), await b.end()]))).toEqual([]);
});

test("B1, M18 a process that slept inside the lock of a network file system, longer than the lock lives, overwrites nobody", {
  timeout: 180_000,
}, async () => {
  const inLock: boolean[] = [];
  for (let at = 1, slept = true; slept; at++) {
    const { configDir, teamDir, file } = await newKillTeam();
    const die = { at, how: "stop" };
    const order = {
      configDir,
      teamName: "killed",
      member: "w1",
      life: 1,
      seed: 1,
      operation: "note",
      network: true,
      die,
    };
    const sleeper = startLife(await bundled("worker-sleeper.mjs"), order);
    const awake = await scriptedLife(configDir, "w2", { network: true });
    await Promise.race([sleeper.stopping, sleeper.ended]);
    slept = !sleeper.hasEnded();
    let isNight = true;
    const asleep = slept && sleeper.sleep(() => !isNight, true);
    const lock = file("journal/1.jsonl.lock");
    inLock.push(existsSync(lock));
    // As long ago as nobody holds a lock.
    if (existsSync(lock)) utimesSync(lock, new Date(0), new Date(0));
    expect(await awake.commit({ op: "note", by: w2, task: one, text: "noted by the one awake" })).toBe(true);
    isNight = false;
    await asleep;
    const life = await finishLife(sleeper, { member: "w1", number: 1, way: "sleep-end", limitMs: 60_000 });

    expect(life.lines).toContain("TOLD ok");
    expect(verify(teamDir, runOf([life, await awake.end()]))).toEqual([]);
    expect(existsSync(lock)).toBe(false);
  }
  expect(inLock).toContain(true);
  expect(inLock.at(-1)).toBe(false);
});
