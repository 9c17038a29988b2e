import { spawn } from "node:child_process";
import { expect, onTestFinished, test } from "vitest";
import {
  identityOf,
  liveness,
  type ProcessIdentity,
  signalProcess,
  taggedProcesses,
} from "../../src/base/process-identity.ts";
import { stopProcess, stopTagged } from "../../src/spawn/stop-process.ts";
import { until } from "../support/until.ts";

const NEVER = new AbortController().signal;
let tags = 0;

interface Running {
  readonly identity: ProcessIdentity;
  readonly tag: Readonly<Record<string, string>>;
}

/** A shell that has printed READY, in a session of its own; whatever bears its tag is killed when the test ends. */
async function shell(script: string): Promise<Running> {
  const tag = { TROUPE_TEST_TAG: `${process.pid}-${++tags}` };
  const child = spawn("sh", ["-c", script], {
    detached: true,
    stdio: ["ignore", "pipe", "ignore"],
    env: { PATH: "/usr/bin:/bin", ...tag },
  });
  onTestFinished(async () => {
    for (const { identity } of await taggedProcesses(tag)) await signalProcess(identity, "SIGKILL");
  });
  let text = "";
  child.stdout.on("data", (data: Buffer) => {
    text += data.toString();
  });
  await until(() => text.includes("READY"));
  const identity = await until(() => (child.pid === undefined ? undefined : identityOf(child.pid)));
  return { identity, tag };
}

test("who ends by itself within the grace is not signalled", async () => {
  const { identity, tag } = await shell("trap '' TERM; echo READY; sleep 0.2");

  const ending = await stopProcess(identity, tag, { graceMs: 5_000, termMs: 0 }, NEVER);

  expect(ending).toBe("asked");
});

test("who does not end by itself gets SIGTERM, its group with it", async () => {
  const { identity, tag } = await shell("sleep 60 & echo READY; wait");

  const ending = await stopProcess(identity, tag, { graceMs: 20, termMs: 5_000 }, NEVER);

  expect(ending).toBe("terminated");
  expect(await taggedProcesses(tag)).toEqual([]);
});

test("K11 who ignores SIGTERM gets SIGKILL", async () => {
  const { identity, tag } = await shell("trap '' TERM; echo READY; while :; do sleep 0.05; done");
  const start = performance.now();

  const ending = await stopProcess(identity, tag, { graceMs: 20, termMs: 100 }, NEVER);

  expect(ending).toBe("killed");
  expect(await liveness(identity)).toBe("dead");
  expect(performance.now() - start).toBeGreaterThanOrEqual(100);
});

test("G2 a stopped process ends on SIGTERM: it is made to go on", async () => {
  const { identity, tag } = await shell("echo READY; while :; do sleep 0.05; done");
  await signalProcess(identity, "SIGSTOP");
  await until(async () => (await liveness(identity)) === "stopped");

  const ending = await stopProcess(identity, tag, { graceMs: 0, termMs: 5_000 }, NEVER);

  expect(ending).toBe("terminated");
});

test("G4 a grandchild with its own session is found by the tag, even when its parent ended in good order", async () => {
  const { identity, tag } = await shell(
    "setsid sh -c 'trap \"\" TERM; echo READY; sleep 60 & wait; wait' & sleep 0.2",
  );

  const ending = await stopProcess(identity, tag, { graceMs: 5_000, termMs: 0 }, NEVER);

  expect(ending).toBe("asked");
  expect(await taggedProcesses(tag)).toEqual([]);
});

test("a child that dropped the tag and ignores SIGTERM is found by its session", async () => {
  const { identity, tag } = await shell(
    "env -i /bin/sh -c 'trap \"\" TERM; echo $$ READY; while :; do sleep 0.05; done' & trap 'exit 0' TERM; wait",
  );
  const dropped = await until(async () => {
    const tagged = await taggedProcesses(tag);
    return tagged.length === 1 && tagged[0];
  });
  expect(dropped.identity).toEqual(identity);
  const { sessionOf } = await import("../../src/base/process-identity.ts");
  const session = await sessionOf(identity);

  const ending = await stopProcess(identity, tag, { graceMs: 0, termMs: 5_000 }, NEVER);

  expect(ending).toBe("terminated");
  expect(session.length).toBeGreaterThanOrEqual(2);
  for (const member of session) await until(async () => (await liveness(member)) === "dead");
});

test("aborting ends the patience: SIGKILL comes at once", async () => {
  const { identity, tag } = await shell("trap '' TERM; echo READY; while :; do sleep 0.05; done");
  const impatience = new AbortController();
  const start = performance.now();
  const stopping = stopProcess(identity, tag, { graceMs: 60_000, termMs: 60_000 }, impatience.signal);

  impatience.abort();

  expect(await stopping).toBe("killed");
  expect(performance.now() - start).toBeLessThan(10_000);
});

test("G1 another process under the same number is left alone", async () => {
  const { identity } = await shell("echo READY; sleep 60");
  const earlier = { ...identity, startTime: "1" };

  const ending = await stopProcess(earlier, { TROUPE_TEST_TAG: "nobody" }, { graceMs: 0, termMs: 0 }, NEVER);

  expect(ending).toBe("asked");
  expect(await liveness(identity)).toBe("alive");
});

test("only wanted processes of a tag are ended, and they are counted", async () => {
  const { identity, tag } = await shell("KEEP=1 sleep 60 & echo READY; sleep 60");

  const count = await stopTagged(tag, () => (env) => !env.has("KEEP"));

  expect(count).toBeGreaterThanOrEqual(1);
  expect(await liveness(identity)).toBe("dead");
  const left = await taggedProcesses(tag);
  expect(left.map(({ env }) => env.get("KEEP"))).toEqual(["1"]);
});
