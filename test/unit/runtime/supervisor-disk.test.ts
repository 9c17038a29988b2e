import { expect, test } from "vitest";
import { TroupeError } from "../../../src/base/errors.ts";
import { liveness } from "../../../src/base/process-identity.ts";
import { InstanceId, MemberName, TaskId } from "../../../src/protocol/names.ts";
import { stopTeam } from "../../../src/runtime/stop-team.ts";
import { watchOver } from "../../../src/runtime/supervisor-loop.ts";
import { SUPERVISOR_LIMITS } from "../../../src/runtime/supervisor-step.ts";
import { memberWatch } from "../../../src/runtime/supervisor-watch.ts";
import type { Team } from "../../../src/team/team.ts";
import { memoryTeam, must } from "../../fixtures/agent-stand-in-memory.ts";
import { deadIdentity, tagged } from "../../fixtures/agent-stand-in-process.ts";

const SUPERVISOR = InstanceId.parse("supervisor");
const never = new AbortController().signal;

/** A team whose journal takes nothing while `isFull`. */
function withFullDisk(team: Team, isFull: () => boolean): Team {
  return {
    ...team,
    commit: (draft) => (isFull() ? Promise.reject(diskFull("journal/1.jsonl")) : team.commit(draft)),
  };
}

function diskFull(path: string): TroupeError {
  return new TroupeError("disk_full", `cannot write ${path}: ENOSPC`, { hint: "free some space" });
}

test("C1 a supervisor that cannot write its beat goes on, says so once, and works again when there is room", async () => {
  const { team } = await memoryTeam([]);
  await must(team, { op: "lease", by: "system", instance: SUPERVISOR, pid: process.pid });
  const lines: string[] = [];
  let beats = 0;

  const end = await watchOver(
    {
      configDir: "/nowhere",
      team,
      instance: SUPERVISOR,
      limits: SUPERVISOR_LIMITS,
      awakeMs: () => 0,
      log: (line) => lines.push(line),
      beat: async () => {
        beats += 1;
        if (beats <= 2) throw diskFull("supervisor/run.json");
        await team.commit({ op: "stop", by: "user" });
      },
    },
    never,
  );

  expect(end.why).toBe("stop");
  expect(beats).toBe(3);
  expect(lines).toEqual(["cannot write supervisor/run.json: ENOSPC"]);
});

test("C1 a death that could not be written down counts once, however often it is tried", async () => {
  const { team, member, live, own } = await memoryTeam();
  let isFull = true;
  const instance = await live("ada", await deadIdentity());
  await own("ada", "1");
  const started: string[] = [];
  const watch = memberWatch({
    team: withFullDisk(team, () => isFull),
    processes: {
      start: async ({ name }) => void started.push(name),
      exitOf: (one) => (one === instance ? "killed (signal 9)" : undefined),
      isThere: () => false,
    },
    limits: { ...SUPERVISOR_LIMITS, backoffMs: [0] },
    awakeMs: () => 1_000,
    isChosen: ({ name }) => name === "ada",
    log: () => undefined,
    ring: () => undefined,
  });

  for (let tries = 1; tries <= 5; tries++)
    await expect(watch.look()).rejects.toMatchObject({ code: "disk_full" });
  isFull = false;
  await watch.look();
  await watch.look();
  watch.close();

  expect(member("ada").life?.ended).toMatchObject({ how: "died", detail: "killed (signal 9)" });
  expect(team.state().tasks.get(TaskId.parse("1"))).toMatchObject({ status: "pending", deaths: 1 });
  expect(started).toEqual(["ada"]);
});

test("C1 a full disk keeps nobody running: the team is stopped all the same, and the user hears what is not written", async () => {
  const { team, live } = await memoryTeam();
  const identity = await tagged("exec sleep 60", { TROUPE_TEST_TAG: `full-${process.pid}` });
  await live("ada", identity);
  const stopping = stopTeam(
    { configDir: `/nowhere/${process.pid}` },
    withFullDisk(team, () => true),
    { graceMs: 60_000, termMs: 5_000, member: MemberName.parse("ada") },
  );

  await expect(stopping).rejects.toMatchObject({
    code: "disk_full",
    message: "stopped, but that could not be written down: cannot write journal/1.jsonl: ENOSPC",
    hint: "mend the disk, then: troupe down crew",
  });
  expect(await liveness(identity)).toBe("dead");
});
