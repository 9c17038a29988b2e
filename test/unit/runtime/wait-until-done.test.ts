import { expect, test } from "vitest";
import { ownIdentity } from "../../../src/base/process-identity.ts";
import { EntryId, MemberName } from "../../../src/protocol/names.ts";
import { waitUntilDone } from "../../../src/runtime/wait-until-done.ts";
import { memoryTeam, must, runFile } from "../../fixtures/agent-stand-in-memory.ts";

const NEVER = new AbortController().signal;
const name = (text: string) => MemberName.parse(text);

test("the team is done when its report was accepted", async () => {
  const { team, live } = await memoryTeam(["lead"], { tasks: 0 });
  await live("lead", await ownIdentity());
  const waiting = waitUntilDone(team, {}, NEVER);

  await must(team, { op: "report", by: name("lead"), text: "all is built" });

  expect(await waiting).toEqual({ exit: 0, reason: "done", detail: "all is built" });
});

test("the team has failed when the lead was given up", async () => {
  const { team, live } = await memoryTeam();
  const instance = await live("lead", await ownIdentity());
  const waiting = waitUntilDone(team, {}, NEVER);

  await must(team, {
    op: "end",
    by: "system",
    member: name("lead"),
    instance,
    how: "failed",
    detail: "no key",
  });

  expect(await waiting).toEqual({ exit: 1, reason: "failed", detail: "the lead ended: no key" });
});

test.each([
  ["exit code 4: error: no model; it died 4 times in 5 minutes and is not restarted", 4],
  ["exit code 8", 8],
  ["exit code 70: error: a bug", 1],
  ["killed (signal 9)", 1],
])("a lead that was given up with %s ends a run with %i", async (detail, exit) => {
  const { team, live } = await memoryTeam();
  const instance = await live("lead", await ownIdentity());

  await must(team, { op: "end", by: "system", member: name("lead"), instance, how: "failed", detail });

  expect(await waitUntilDone(team, {}, NEVER)).toMatchObject({ exit, reason: "failed" });
});

test.each([
  ["a refused key", ["auth_refused"], 4],
  ["no key", ["auth_missing"], 4],
  ["a model that does not answer", ["model_unreachable", "model_unreachable"], 8],
  ["a model that did not answer once", ["model_unreachable"], 124],
  ["a model that was away and is back", ["model_unreachable", "usage", "model_unreachable"], 124],
  ["a refused request", ["failed"], 124],
  ["a key that was refused in an earlier life", ["earlier", "auth_refused", "current"], 124],
])("%s of the lead ends a run, or does not: %s → %i", async (_, happens, exit) => {
  const { team, live } = await memoryTeam();
  const current = await live("lead", await ownIdentity());
  const log = team.store.agentLog(name("lead"), "events");
  const instance = happens.includes("earlier") ? "earlier" : current;
  for (const [count, code] of happens.filter((one) => one !== "earlier" && one !== "current").entries())
    await log.append({
      id: EntryId.parse(`${instance}.${count + 1}`),
      at: "2026-11-20T12:00:00.000Z",
      event: code === "usage" ? { type: code } : { type: "turn_ended", reason: "failed", detail: "no", code },
    });

  const end = await waitUntilDone(team, { timeoutMs: 50 }, NEVER);

  const hopeless = { exit, reason: "failed", detail: "the lead cannot work: no" };
  expect(end).toMatchObject(exit === 124 ? { exit, reason: "timeout" } : hopeless);
});

test("the team has failed when every teammate was given up, not before", async () => {
  const { team, live } = await memoryTeam();
  await live("lead", await ownIdentity());
  const ada = await live("ada");
  const bob = await live("bob");
  await must(team, {
    op: "end",
    by: "system",
    member: name("ada"),
    instance: ada,
    how: "failed",
    detail: "a",
  });
  const early = await waitUntilDone(team, { timeoutMs: 50 }, NEVER);
  expect(early).toMatchObject({ exit: 124, reason: "timeout", detail: "not done within 50 ms" });

  await must(team, {
    op: "end",
    by: "system",
    member: name("bob"),
    instance: bob,
    how: "failed",
    detail: "b",
  });

  expect(await waitUntilDone(team, {}, NEVER)).toEqual({
    exit: 1,
    reason: "failed",
    detail: "all 2 teammates ended: ada (a), bob (b)",
  });
});

test("a lead that died is waited for as long as a supervisor lives", async () => {
  const { team, live } = await memoryTeam();
  const instance = await live("lead");
  await must(team, { op: "end", by: "system", member: name("lead"), instance, how: "died" });
  await must(team, { op: "lease", by: "system", instance, pid: process.pid });
  await team.store.presence.write(runFile(team, null, instance, await ownIdentity()));
  expect((await waitUntilDone(team, { timeoutMs: 50 }, NEVER)).reason).toBe("timeout");

  await team.store.presence.remove(undefined, instance);

  expect(await waitUntilDone(team, {}, NEVER)).toEqual({
    exit: 1,
    reason: "failed",
    detail: "the lead and the supervisor are dead",
  });
});

test("a team that is stopped or deleted is not waited for", async () => {
  const { team, live } = await memoryTeam();
  await live("lead", await ownIdentity());
  const waiting = waitUntilDone(team, {}, NEVER);
  await must(team, { op: "stop", by: "user" });
  expect(await waiting).toMatchObject({ exit: 1, reason: "stopped" });

  await must(team, { op: "close", by: "user" });
  expect(await waitUntilDone(team, {}, NEVER)).toMatchObject({ exit: 1, detail: "the team was deleted" });
});

test("an interrupted wait says so", async () => {
  const { team, live } = await memoryTeam();
  await live("lead", await ownIdentity());
  const interrupt = new AbortController();
  const waiting = waitUntilDone(team, {}, interrupt.signal);

  interrupt.abort();

  expect(await waiting).toMatchObject({ exit: 130, reason: "interrupted", hint: /troupe resume/ });
});
