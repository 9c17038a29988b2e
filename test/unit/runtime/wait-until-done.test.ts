import { expect, test } from "vitest";
import { ownIdentity } from "../../../src/base/process-identity.ts";
import { MemberName } from "../../../src/protocol/names.ts";
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

  expect(await waiting).toEqual({ exit: 1, reason: "failed", detail: "the lead lead ended: no key" });
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
  expect(early).toEqual({ exit: 124, reason: "timeout", detail: "not done within 50 ms" });

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

  expect(await waiting).toEqual({ exit: 130, reason: "interrupted", detail: "interrupted" });
});
