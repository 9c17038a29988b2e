import { execFileSync } from "node:child_process";
import { readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { identityOf, liveness, sessionOf, signalProcess } from "../../src/base/process-identity.ts";
import type { Started, StartSpec } from "../../src/spawn/backend.ts";
import { childBackend } from "../../src/spawn/child-backend.ts";
import { tempFolder } from "../support/temp-folder.ts";

const PATH = "/usr/bin:/bin";

async function start(
  argv: StartSpec["argv"],
  spec: Partial<StartSpec> = {},
): Promise<Started & { readonly text: () => string }> {
  const cwd = spec.cwd ?? tempFolder();
  const outputPath = spec.outputPath ?? join(cwd, "output.log");
  const started = await childBackend().start({ cwd, env: { PATH }, ...spec, argv, outputPath });
  onTestFinished(async () => {
    await signalProcess(started.identity, "SIGKILL", { group: true });
  });
  return { ...started, text: () => readFileSync(outputPath, "utf8") };
}

test("arguments reach the program as they are: there is no shell", async () => {
  const { exited, text } = await start(["printf", "%s|", "$HOME; echo x", "-rf", ""]);

  expect(await exited).toEqual({ code: 0 });
  expect(text()).toBe("$HOME; echo x|-rf||");
});

test("the environment is the given one and nothing else", async () => {
  const { exited, text } = await start(["env"], { env: { PATH, TROUPE_INSTANCE: "abcdef" } });

  await exited;
  expect(text().trim().split("\n").toSorted()).toEqual([`PATH=${PATH}`, "TROUPE_INSTANCE=abcdef"]);
});

test("stdout and stderr are appended to one private file, stdin is empty, nothing else is open", async () => {
  const folder = tempFolder();
  const outputPath = join(folder, "output.log");
  writeFileSync(outputPath, "before\n", { mode: 0o644 });

  const { exited, text } = await start(
    ["sh", "-c", "echo out; echo err >&2; readlink /proc/self/fd/0; exec ls /proc/self/fd"],
    { outputPath },
  );

  await exited;
  const [head = "", descriptors] = text().split("/dev/null\n");
  expect(head).toBe("before\nout\nerr\n");
  // What this test was started with and cannot close (above 15, with a gap before it) reaches any child.
  expect(descriptors).toBe(execFileSync("ls", ["/proc/self/fd"], { encoding: "utf8" }));
  expect(statSync(outputPath).mode & 0o777).toBe(0o600);
});

test("a process leads a session and a group of its own", async () => {
  const { identity } = await start(["sleep", "60"]);

  expect(await identityOf(identity.pid)).toEqual(identity);
  expect(await sessionOf(identity)).toEqual([identity]);
  const own = await identityOf(process.pid);
  expect(own && (await sessionOf(own)).some(({ pid }) => pid === identity.pid)).toBe(false);
});

test.each([
  { argv: ["sh", "-c", "exit 7"], exit: { code: 7 } },
  { argv: ["sh", "-c", "kill -9 $$"], exit: { signal: "SIGKILL" } },
  { argv: ["true"], exit: { code: 0 } },
] satisfies { argv: StartSpec["argv"]; exit: unknown }[])("$argv ends with $exit", async ({ argv, exit }) => {
  const { exited, identity } = await start(argv);

  expect(await exited).toEqual(exit);
  expect(await liveness(identity)).toBe("dead");
});

test("A10 what cannot be started is an error with program, folder and errno", async () => {
  const cwd = tempFolder();

  await expect(start(["/nowhere/program"], { cwd })).rejects.toMatchObject({
    name: "TroupeError",
    code: "failed",
    message: expect.stringContaining(`/nowhere/program was not started in ${cwd}`) as string,
    cause: { code: "ENOENT" },
  });
  await expect(
    start(["true"], { cwd: "/nowhere", outputPath: join(cwd, "output.log") }),
  ).rejects.toMatchObject({ code: "failed", message: expect.stringContaining("/nowhere") as string });
});

test("G13 a start that the system refuses is an error, not a crash", async () => {
  await expect(start(["true", "x".repeat(200_000)])).rejects.toMatchObject({
    code: "failed",
    cause: { code: "E2BIG" },
  });
});

test("an output file that is a link is refused, and nothing is started", async () => {
  const folder = tempFolder();
  const outputPath = join(folder, "output.log");
  symlinkSync(join(folder, "elsewhere"), outputPath);

  await expect(start(["touch", join(folder, "ran")], { outputPath })).rejects.toMatchObject({
    code: "failed",
    cause: { code: "ELOOP" },
  });
  expect(statSync(join(folder, "ran"), { throwIfNoEntry: false })).toBeUndefined();
});
