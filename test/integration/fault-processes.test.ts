import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { exitText } from "../../src/runtime/exit-text.ts";
import { childBackend } from "../../src/spawn/child-backend.ts";
import { startLines } from "../support/line-process.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { hasTool } from "../support/tools.ts";

const FIXTURES = join(import.meta.dirname, "../fixtures");
const isRoot = process.getuid?.() === 0;
const hasSetpriv = hasTool("setpriv", "--version");
const hasFaketime = hasTool("faketime", "-f", "+1d", "true");

test("A16 a process that reaches its limit of memory is gone like a killed one, and how is told", async () => {
  const cwd = tempFolder();
  const grow = "console.log(1); const all = []; for (;;) all.push(new Array(100_000).fill(all.length));";
  // In bytes: prlimit reads `600M` as 600.
  const { exited } = await childBackend().start({
    argv: ["prlimit", "--data=600000000", process.execPath, "--max-old-space-size=4000", "-e", grow],
    cwd,
    env: { PATH: "/usr/bin:/bin" },
    outputPath: join(cwd, "output.log"),
  });

  const exit = await exited;

  expect(readFileSync(join(cwd, "output.log"), "utf8")).toMatch(/^1\n/);
  expect(exit).not.toEqual({ code: 0 });
  expect(exitText(exit, [])).toMatch(/^(killed \(signal \d+\)|exit code \d+)$/);
}, 60_000);

test.skipIf(!isRoot || !hasSetpriv)(
  "G13 a fork that the system refuses (EAGAIN) is an error with its number, no crash, and the next start works (needs root)",
  async () => {
    const folder = tempFolder();
    chmodSync(folder, 0o777);
    // A user whom no other process of this machine belongs to.
    const uid = String(2_000_000 + process.pid);
    const through = ["setpriv", `--reuid=${uid}`, "--regid=65534", "--clear-groups"];
    const { pid, next, say } = startLines([
      ...through,
      process.execPath,
      join(FIXTURES, "fault-spawn.mjs"),
      folder,
    ]);
    expect(await next()).toBe("READY");
    // As the same user: root may lack the right to it in a container.
    const limit = (most: number): void => {
      const [first, ...rest] = [...through, "prlimit", "--pid", String(pid), `--nproc=${most}:`];
      execFileSync(first, rest);
    };

    limit(1);
    say("start");
    const refused: unknown = JSON.parse((await next()) ?? "");
    limit(10_000);
    say("start");
    const started: unknown = JSON.parse((await next()) ?? "");

    expect(refused).toMatchObject({ code: "failed", errno: -11 });
    expect(refused).toHaveProperty("message", expect.stringContaining(`was not started in ${folder}`));
    expect(started).toEqual({ exit: { code: 0 } });
  },
);

test.skipIf(!hasFaketime)(
  "M14, B4 the fold is the same a day earlier or later, in another zone and another language (needs faketime)",
  () => {
    const folder = tempFolder();
    const golden = join(import.meta.dirname, "../../teams-fixtures/golden/greeting");
    cpSync(golden, join(folder, "teams/greeting"), { recursive: true });
    const places = [
      ["-1d", "UTC", "C"],
      ["+1d", "Pacific/Kiritimati", "tr_TR.UTF-8"],
      ["+3650d", "America/St_Johns", "ar_EG.UTF-8"],
    ] as const;

    const hashes = places.map(([shift, TZ, LANG]) => {
      const command = ["-f", shift, process.execPath, join(FIXTURES, "fold-hash.mjs"), "greeting"];
      const env = { PATH: "/usr/bin:/bin", CLAUDE_CONFIG_DIR: folder, TZ, LANG, LC_ALL: LANG };
      return execFileSync("faketime", command, { env, encoding: "utf8" }).split(" ")[0];
    });

    expect(new Set(hashes).size).toBe(1);
    expect(hashes[0]).toMatch(/^[0-9a-f]{8,}$/);
  },
);
