import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { array, assert, property, string } from "fast-check";
import { describe, expect, test } from "vitest";
import { bashTool } from "../../../../src/agent/tools/bash.ts";
import { cleanOutput } from "../../../../src/agent/tools/clean-output.ts";
import { createOutputRing } from "../../../../src/agent/tools/output-ring.ts";
import { noShelter } from "../../../../src/agent/tools/shelter.ts";
import { isProcessNamed } from "../../../support/process-named.ts";
import { HAS_BWRAP, opened, sandboxWorld } from "../../../support/sandbox-world.ts";
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

/** A busy machine is no failure. */
const SLACK_MS = 5_000;

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

/** Bash in a sandbox of its own, and the folder it works in. */
async function confinedBash(
  options: { readonly spillDir?: string } = {},
): Promise<{ readonly dir: string; readonly bash: ReturnType<typeof bashTool> }> {
  const world = sandboxWorld();
  const sandbox = await opened(world);
  const confined = { isConfined: true, mayLeave: false, choose: () => sandbox };
  return {
    dir: world.work,
    bash: bashTool({ dir: world.work, env: world.env, shelter: confined, ...options }),
  };
}

describe.skipIf(!HAS_BWRAP)("in a sandbox", () => {
  test("the model is told what it means", async () => {
    const { bash } = await confinedBash();

    expect(bash.description).toMatch(/confined.*every process it starts ends with it, background ones too/);
    expect(bashTool({ dir: "/", env, shelter }).description).not.toMatch(/confined/);
  });

  test("J1 a command that reads input gets its end at once, and a work folder is the folder it starts in", async () => {
    const { bash, dir } = await confinedBash();

    expect((await bash.run({ command: "pwd; cat; echo after" }, never)).text).toBe(
      `${dir}\nafter\n[exit code 0]`,
    );
  });

  test("J1 a command that ignores SIGTERM is killed with everything it started within a second, setsid or not", async () => {
    const { bash, dir } = await confinedBash();
    const tag = `left-${process.pid}-${performance.now()}`;
    const line = `trap "" TERM; echo begun; setsid bash -c 'trap "" TERM; touch there; exec -a ${tag} sleep 300' & exec -a ${tag} sleep 300 & wait; wait`;
    const started = performance.now();

    const { text } = await bash.run({ command: line, timeout_ms: 1_500 }, never);

    expect(text).toBe("begun\n[killed after 1.5 s with all its processes]");
    expect(readdirSync(dir)).toEqual(["there"]);
    expect(performance.now() - started).toBeLessThan(1_500 + 1_000 + SLACK_MS);
    await until(() => !isProcessNamed(tag));
  });

  test("J1 a command that tidies up when it is told to end has the time for it", async () => {
    const { bash, dir } = await confinedBash();
    const controller = new AbortController();
    const running = bash.run(
      { command: "trap 'echo tidied > end; exit' TERM; touch lock; while :; do sleep 0.05; done" },
      controller.signal,
    );
    await until(() => readdirSync(dir).includes("lock"));
    controller.abort();

    expect((await running).text).toContain("[killed by an interruption, with all its processes]");
    expect(readFileSync(join(dir, "end"), "utf8")).toBe("tidied\n");
    expect(readdirSync(dir).toSorted()).toEqual(["end", "lock"]);
  });

  test("J2 a flood of output keeps head and tail, and all of it in a file that is named", async () => {
    const spillDir = join(tempFolder(), "output");
    const { bash } = await confinedBash({ spillDir });

    const { text } = await bash.run(
      { command: "echo HEAD; head -c 5000000 /dev/zero | tr '\\0' x; echo; echo TAIL" },
      never,
    );

    const path = join(spillDir, "output-1.txt");
    expect(text.startsWith("HEAD\nxxx")).toBe(true);
    expect(
      text.endsWith(`xxx\nTAIL\n[all 5000011 bytes are in ${path}: Read or Grep it]\n[exit code 0]`),
    ).toBe(true);
    expect(text.length).toBeLessThan(31_000);
    expect(readFileSync(path, "utf8")).toBe(`HEAD\n${"x".repeat(5_000_000)}\nTAIL\n`);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test("J3 a background child does not keep the call, and ends with it", async () => {
    const { bash } = await confinedBash();
    const tag = `left-${process.pid}-${performance.now()}`;

    const { text } = await bash.run({ command: `(exec -a ${tag} sleep 300) & echo started` }, never);

    expect(text).toBe("started\n[exit code 0]");
    await until(() => !isProcessNamed(tag));
  });

  test("J4 colours and binary output are cleaned as they are outside", async () => {
    const { bash } = await confinedBash();

    const { text } = await bash.run({ command: "printf '\\033[31mred\\033[0m\\n'" }, never);

    expect(text).toBe("red\n[exit code 0]");
  });

  test("a command that cannot be confined as it has to be is not run", async () => {
    const { bash, dir } = await confinedBash();
    renameSync(dir, `${dir}.old`);
    mkdirSync(dir);

    await expect(bash.run({ command: "touch x" }, never)).rejects.toThrow(/not the folder any more/);
    expect(readdirSync(dir)).toEqual([]);
  });
});

test("J2 long output of commands is kept in the ten last files, and a disk that takes none costs nothing else", async () => {
  const spillDir = join(tempFolder(), "output");
  const bash = bashTool({ dir: tempFolder(), env, shelter, spillDir });
  const flood = "head -c 100000 /dev/zero | tr '\\0' x";

  for (let at = 0; at < 12; at++) await bash.run({ command: flood }, never);
  const names = readdirSync(spillDir);
  rmSync(spillDir, { recursive: true });
  writeFileSync(spillDir, "");
  const { text } = await bash.run({ command: flood }, never);

  expect(names.toSorted()).toEqual(
    [3, 4, 5, 6, 7, 8, 9, 10, 11, 12].map((number) => `output-${number}.txt`).toSorted(),
  );
  expect(text).toMatch(/^x+\n\[exit code 0\]$/);
});

test("J11 a lock that a killed git left is named, and left", async () => {
  const dir = tempFolder();
  mkdirSync(join(dir, ".git"));

  const { text } = await bashTool({ dir, env, shelter }).run(
    { command: "touch .git/index.lock; sleep 300", timeout_ms: 300 },
    never,
  );

  expect(text).toBe(
    `[${join(dir, ".git/index.lock")} is left; remove it when no git runs there]\n[killed after 0.3 s with all its processes]`,
  );
  expect(readdirSync(join(dir, ".git"))).toEqual(["index.lock"]);
});

test("a command that no sandbox is there for is not run, and the model is told why", async () => {
  const dir = tempFolder();
  const closed = {
    isConfined: false,
    mayLeave: false,
    choose: () => ({ refusal: "there is no sandbox here" }),
  };

  await expect(bashTool({ dir, env, shelter: closed }).run({ command: "touch x" }, never)).rejects.toThrow(
    /there is no sandbox here/,
  );
  expect(readdirSync(dir)).toEqual([]);
});
