import { expect, test } from "vitest";
import { ownIdentity, signalProcess } from "../../../src/base/process-identity.ts";
import { EntryId, MemberName } from "../../../src/protocol/names.ts";
import { deathWatch, lifeOf, supervisorOf } from "../../../src/runtime/liveness.ts";
import { memoryTeam, must, runFile } from "../../fixtures/agent-stand-in-memory.ts";
import { deadIdentity, tagged } from "../../fixtures/agent-stand-in-process.ts";
import { until } from "../../support/until.ts";

const NOON = Date.UTC(2026, 10, 20, 12);
const ELSEWHERE = { pid: 7, startTime: "7", pidNs: "pid:[7]" };
const ADA = MemberName.parse("ada");

test("who was never started is stopped, who ended in good order too, who died or was given up is dead", async () => {
  const { team, member, live } = await memoryTeam();
  expect(await lifeOf(team, member("ada"))).toEqual({ verdict: "stopped" });

  for (const [how, verdict] of [
    ["stopped", "stopped"],
    ["died", "dead"],
    ["failed", "dead"],
  ] as const) {
    const instance = await live("ada");
    await must(team, { op: "end", by: "system", member: ADA, instance, how });
    expect(await lifeOf(team, member("ada"))).toEqual({ verdict });
  }
});

test("who joined by hand is never dead, unless a process lives its life", async () => {
  const { team, member } = await memoryTeam(["lead"]);
  await must(team, { op: "join", by: "user", member: ADA, backend: "hand", definition: {} });
  expect(await lifeOf(team, member("ada"))).toEqual({ verdict: "unknown" });
  expect(await deathWatch(team)(member("ada"))).toBe(false);

  await must(team, {
    op: "start",
    by: "user",
    member: ADA,
    instance: team.state().team?.instance ?? never(),
  });

  expect(await lifeOf(team, member("ada"))).toEqual({ verdict: "starting" });
  const instance = team.state().team?.instance ?? never();
  await must(team, { op: "end", by: "system", member: ADA, instance, how: "died" });
  expect(await lifeOf(team, member("ada"))).toEqual({ verdict: "unknown" });
  expect(await deathWatch(team)(member("ada"))).toBe(false);
});

test("a life is starting until its deadline, then dead unless its process is found", async () => {
  let now = NOON;
  const { team, member, live } = await memoryTeam(["lead", "ada"], { now: () => now });
  const instance = await live("ada");
  expect(await lifeOf(team, member("ada"))).toEqual({ verdict: "starting" });

  now += 30_000;
  expect(await lifeOf(team, member("ada"))).toEqual({ verdict: "dead" });
  expect(await lifeOf(team, member("ada"), { isThere: true })).toEqual({ verdict: "starting" });
  await tagged("exec sleep 60", { TROUPE_INSTANCE: instance });
  expect(await lifeOf(team, member("ada"))).toEqual({ verdict: "starting" });
});

test("B4 a clock that was set back a day proves no death of a process that is there", async () => {
  let now = NOON;
  const { team, member, live } = await memoryTeam(["lead", "ada"], { now: () => now });
  await live("ada", await ownIdentity());

  now += 86_400_000;
  expect((await lifeOf(team, member("ada"))).verdict).toBe("unresponsive");
  now -= 2 * 86_400_000;
  expect((await lifeOf(team, member("ada"))).verdict).toBe("alive");
  expect(await deathWatch(team)(member("ada"))).toBe(false);
});

test("a process with a beat is alive, without one for 30 s or stopped unresponsive, gone dead", async () => {
  let now = NOON;
  const { team, member, live } = await memoryTeam(["lead", "ada"], { now: () => now });
  const identity = await tagged("exec sleep 60", { TROUPE_TEST_TAG: `liveness-${process.pid}` });
  await live("ada", identity);
  const verdict = async () => (await lifeOf(team, member("ada"))).verdict;

  expect(await verdict()).toBe("alive");
  now += 30_001;
  expect(await verdict()).toBe("unresponsive");
  now -= 30_001;
  await signalProcess(identity, "SIGSTOP");
  await until(async () => (await verdict()) === "unresponsive");
  await signalProcess(identity, "SIGKILL");
  await until(async () => (await verdict()) === "dead");
});

test("the run.json of an earlier life says nothing about this one", async () => {
  const { team, member, live } = await memoryTeam();
  await live("ada", await ownIdentity());
  await live("ada");

  expect(await lifeOf(team, member("ada"))).toEqual({ verdict: "starting" });
});

test("an owner in another namespace is given up when one beat stood for ten minutes of awake time", async () => {
  let awakeMs = 0;
  const { team, member, live } = await memoryTeam();
  const own = await ownIdentity();
  const instance = await live("ada", { ...own, ...ELSEWHERE });
  const isDead = deathWatch(team, () => awakeMs);
  expect((await lifeOf(team, member("ada"))).verdict).toBe("unknown");

  expect(await isDead(member("ada"))).toBe(false);
  awakeMs += 599_999;
  expect(await isDead(member("ada"))).toBe(false);
  await team.store.presence.write(
    runFile(team, "ada", instance, { ...own, ...ELSEWHERE, beat: "2026-11-20T12:09:00.000Z" }),
  );
  awakeMs += 1;
  expect(await isDead(member("ada"))).toBe(false);
  awakeMs += 600_000;
  expect(await isDead(member("ada"))).toBe(true);
});

test("the supervisor is the process that the lease and its run.json name", async () => {
  const { team } = await memoryTeam();
  expect(await supervisorOf(team)).toBeUndefined();
  const instance = team.state().team?.instance ?? never();
  await must(team, { op: "lease", by: "system", instance, pid: 4711 });
  expect(await supervisorOf(team)).toMatchObject({ verdict: "dead", lease: { pid: 4711 } });

  const own = await ownIdentity();
  await team.store.presence.write(runFile(team, null, instance, own));
  expect(await supervisorOf(team)).toMatchObject({ verdict: "alive", identity: own });

  await team.store.presence.write(runFile(team, null, instance, await deadIdentity()));
  expect(await supervisorOf(team)).toMatchObject({ verdict: "dead" });

  const lease = EntryId.parse(team.state().team?.lease?.id);
  await must(team, { op: "lapse", by: "system", lease });
  expect(await supervisorOf(team)).toBeUndefined();
});

test("a supervisor that has the lease and no run.json yet is found by its tag", async () => {
  const { team } = await memoryTeam();
  const instance = team.state().team?.instance ?? never();
  await must(team, { op: "lease", by: "system", instance, pid: 4711 });

  const identity = await tagged("exec sleep 60", { TROUPE_INSTANCE: instance });

  expect(await supervisorOf(team)).toMatchObject({ verdict: "starting", identity });
});

function never(): never {
  throw new Error("the test's team is not as it expects");
}
