import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { array, assert, property, string } from "fast-check";
import { expect, test } from "vitest";
import { bashTool } from "../../../../src/agent/tools/bash.ts";
import { cleanOutput } from "../../../../src/agent/tools/clean-output.ts";
import { createOutputRing } from "../../../../src/agent/tools/output-ring.ts";
import { noShelter } from "../../../../src/agent/tools/shelter.ts";
import { tempFolder } from "../../../support/temp-folder.ts";
import { until } from "../../../support/until.ts";

const never = new AbortController().signal;
const env = { PATH: "/usr/bin:/bin", LANG: "C.UTF-8" };
const shelter = noShelter();

/** True while a process with this number is there and is no zombie. */
function isRunning(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return !stat.slice(stat.lastIndexOf(")")).startsWith(") Z");
  } catch {
    return false;
  }
}

async function pidIn(path: string): Promise<number> {
  return Number(
    await until(() => {
      try {
        return readFileSync(path, "utf8").trim();
      } catch {
        return "";
      }
    }),
  );
}

test("a command runs in the work folder and answers output and exit code", async () => {
  const dir = tempFolder();
  const bash = bashTool({ dir, env, shelter });

  expect(await bash.run({ command: "pwd; echo oops >&2; echo done" }, never)).toEqual({
    text: `${dir}\noops\ndone\n[exit code 0]`,
    isError: false,
  });
  expect(await bash.run({ command: "exit 3" }, never)).toEqual({ text: "[exit code 3]", isError: true });
  expect(await bash.run({ command: "kill -9 $$" }, never)).toEqual({
    text: "[ended by SIGKILL]",
    isError: true,
  });
});

test("a command that bash cannot read is an error with bash's words", async () => {
  const { text, isError } = await bashTool({ dir: tempFolder(), env, shelter }).run(
    { command: "if (" },
    never,
  );

  expect(isError).toBe(true);
  expect(text).toMatch(/syntax error/);
});

test("L5 a command sees the environment that was given, and nothing of this process", async () => {
  const { text } = await bashTool({ dir: tempFolder(), env: { ...env, ONLY: "this" }, shelter }).run(
    { command: "env" },
    never,
  );

  const names = text.split("\n").map((line) => line.split("=")[0]);
  expect(
    names.filter((name) => !["PWD", "SHLVL", "_", "OLDPWD", "[exit code 0]"].includes(name ?? "")),
  ).toEqual(["PATH", "ONLY", "LANG"].toSorted((a, b) => names.indexOf(a) - names.indexOf(b)));
});

test("J1 a command that reads input gets its end at once", async () => {
  const { text } = await bashTool({ dir: tempFolder(), env, shelter }).run(
    { command: "cat; echo after" },
    never,
  );

  expect(text).toBe("after\n[exit code 0]");
});

test("J1 a command that never ends is killed with its children at the timeout, and its output comes back", async () => {
  const dir = tempFolder();

  const { text, isError } = await bashTool({ dir, env, shelter }).run(
    {
      command: "echo begun; sh -c 'trap \"\" TERM; echo $$ > pid; sleep 300; sleep 300' & wait",
      timeout_ms: 300,
    },
    never,
  );

  expect(text).toBe("begun\n[killed after 0.3 s with all its processes]");
  expect(isError).toBe(true);
  const pid = await pidIn(join(dir, "pid"));
  await until(() => !isRunning(pid));
});

test("an abort kills the whole group and brings the output so far", async () => {
  const dir = tempFolder();
  const controller = new AbortController();

  const running = bashTool({ dir, env, shelter }).run(
    { command: "echo begun; sleep 300 & echo $! > pid; wait" },
    controller.signal,
  );
  const pid = await pidIn(join(dir, "pid"));
  controller.abort();

  expect(await running).toEqual({
    text: "begun\n[killed by an interruption, with all its processes]",
    isError: true,
  });
  await until(() => !isRunning(pid));
});

test("a command that is aborted before its start does not run on", async () => {
  const { text } = await bashTool({ dir: tempFolder(), env, shelter }).run(
    { command: "sleep 300" },
    AbortSignal.abort(),
  );

  expect(text).toContain("killed by an interruption");
});

test("J2 a flood of output keeps its head and its tail in a bounded memory", async () => {
  const { text } = await bashTool({ dir: tempFolder(), env, shelter }).run(
    { command: "echo HEAD; head -c 20000000 /dev/zero | tr '\\0' x; echo; echo TAIL" },
    never,
  );

  expect(text.startsWith("HEAD\nxxx")).toBe(true);
  expect(text.endsWith("xxx\nTAIL\n[exit code 0]")).toBe(true);
  expect(text).toMatch(/\d+ bytes left out here/);
  expect(text.length).toBeLessThan(1_100_000);
});

test("J2 the ring gives back every byte below its limit, and else exactly the first and the last half", () => {
  assert(
    property(array(string({ unit: "binary-ascii", maxLength: 30 })), (pieces) => {
      const ring = createOutputRing(40);
      for (const piece of pieces) ring.add(Buffer.from(piece));
      const all = pieces.join("");
      const cut = `${all.slice(0, 20)}\n[… ${all.length - 40} bytes left out here …]\n${all.slice(-20)}`;
      expect(ring.text()).toBe(all.length <= 40 ? all : cut);
    }),
  );
});

test("J3 a background child that keeps the pipe open does not keep the call", async () => {
  const dir = tempFolder();
  const started = performance.now();

  const { text, isError } = await bashTool({ dir, env, shelter }).run(
    { command: "sleep 300 & echo $! > pid; echo started" },
    never,
  );

  const pid = await pidIn(join(dir, "pid"));
  expect(isRunning(pid)).toBe(true);
  process.kill(pid);
  expect(performance.now() - started).toBeLessThan(10_000);
  expect(text).toBe(
    "started\n[a background process still holds the output; what it writes from now on is lost]\n[exit code 0]",
  );
  expect(isError).toBe(false);
});

test("J4 colours, cursor moves and progress bars are gone, text stays", async () => {
  const { text } = await bashTool({ dir: tempFolder(), env, shelter }).run(
    { command: "printf '\\033[31mred\\033[0m \\033]0;title\\007ok\\r\\n10%%\\r20%%\\n\\ttab é 漢\\n'" },
    never,
  );

  expect(text).toBe("red ok\n10%\n20%\n\ttab é 漢\n[exit code 0]");
});

test("J4 binary output is named, not shown", async () => {
  const dir = tempFolder();
  writeFileSync(join(dir, "x.bin"), Buffer.from(Array.from({ length: 4000 }, (_, at) => (at * 7) % 256)));

  const { text } = await bashTool({ dir, env, shelter }).run({ command: "cat x.bin" }, never);

  expect(text).toMatch(/^\(binary output, about \d+ bytes\)\n\[exit code 0\]$/);
});

test("J4 whatever a command writes, no control character but newline and tab is left", () => {
  assert(
    property(string({ unit: "binary" }), (output) => {
      expect(cleanOutput(output)).not.toMatch(/[^\P{Cc}\n\t]/u);
    }),
  );
});

test("a wrong timeout is an error result that names the field", async () => {
  const { text, isError } = await bashTool({ dir: tempFolder(), env, shelter }).run(
    { command: "true", timeout_ms: 3_600_000 },
    never,
  );

  expect(isError).toBe(true);
  expect(text).toContain("timeout_ms");
});

test("a work folder that is gone is named", async () => {
  await expect(
    bashTool({ dir: "/nowhere/at/all", env, shelter }).run({ command: "true" }, never),
  ).rejects.toThrow(/could not be started/);
});
