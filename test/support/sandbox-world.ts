import { spawn } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, readlinkSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { OPEN_FOLDERS, PROTECTED_FILES, PROTECTED_FOLDERS } from "../../src/agent/tools/protected-paths.ts";
import type { Sandbox } from "../../src/base/sandbox.ts";
import { openSandbox } from "../../src/spawn/sandbox/open-sandbox.ts";
import type { SandboxPolicy } from "../../src/spawn/sandbox/policy.ts";
import { tempFolder } from "./temp-folder.ts";
import { hasTool } from "./tools.ts";

/** Whether bubblewrap confines here: asked of the program itself, not of our wrapper, which is under test. */
export const HAS_BWRAP = hasTool(
  "bwrap",
  "--unshare-all",
  "--unshare-user",
  "--disable-userns",
  "--ro-bind",
  "/",
  "/",
  "--proc",
  "/proc",
  "true",
);

/** A home with secrets, a work folder in it, a folder outside, and a sandbox for the work folder. */
export interface SandboxWorld {
  readonly home: string;
  readonly work: string;
  readonly outside: string;
  readonly policy: SandboxPolicy;
  readonly env: Readonly<Record<string, string>>;
}

const PROTECTED = { folders: PROTECTED_FOLDERS, files: PROTECTED_FILES, open: OPEN_FOLDERS };

export function sandboxWorld(change: Partial<SandboxPolicy> = {}): SandboxWorld {
  const base = tempFolder();
  const home = join(base, "home");
  const work = join(home, "work");
  const outside = join(home, "outside");
  for (const folder of [home, work, outside, join(home, ".ssh"), join(home, ".aws"), join(home, ".claude")])
    mkdirSync(folder);
  for (const secret of [
    ".ssh/id",
    ".aws/credentials",
    ".netrc",
    ".claude.json",
    ".claude/journal",
    "outside/file",
  ])
    writeFileSync(join(home, secret), "SECRET\n");
  const policy: SandboxPolicy = {
    writable: [work],
    visible: [],
    readOnly: [],
    hidden: [],
    protectedNames: PROTECTED,
    network: "none",
    home,
    stateDir: join(base, "state"),
    ...change,
  };
  return {
    home,
    work,
    outside,
    policy,
    env: { PATH: "/usr/local/bin:/usr/bin:/bin", HOME: home, LANG: "C.UTF-8" },
  };
}

/** The sandbox of a world; fails with the reason when there is none. */
export async function opened({ policy, env }: SandboxWorld): Promise<Sandbox> {
  const result = await openSandbox({ policy, env });
  if (!result.ok) throw new Error(`no sandbox: ${result.reason}; ${result.hint}`);
  return result.sandbox;
}

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs a program, in a sandbox or in none, and waits for its end. */
export async function runIn(
  sandbox: Sandbox,
  argv: readonly [string, ...string[]],
  { work: dir, env }: Pick<SandboxWorld, "work" | "env">,
): Promise<Ran> {
  const confined = await sandbox.confine({ argv, dir, env });
  try {
    const [program, ...args] = confined.argv;
    const child = spawn(program, args, {
      cwd: confined.dir,
      env: { ...confined.env },
      stdio: ["ignore", "pipe", "pipe", ...confined.descriptors],
    });
    let out = "";
    let err = "";
    child.stdout?.on("data", (bytes: Buffer) => (out += bytes.toString("utf8")));
    child.stderr?.on("data", (bytes: Buffer) => (err += bytes.toString("utf8")));
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", resolve);
    });
    return { code, out, err };
  } finally {
    await confined.release();
  }
}

/** A line of bash. */
export function bash(line: string): readonly [string, ...string[]] {
  return ["/bin/bash", "--noprofile", "--norc", "-c", line];
}

/** Everything below a folder, with kinds, modes and contents: what must be the same before and after. */
export function contentOf(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      if (entry.isSymbolicLink()) return `${path} -> ${readlinkSync(path)}`;
      const { mode } = statSync(path);
      return `${path} ${mode.toString(8)} ${entry.isFile() ? readFileSync(path, "hex") : ""}`;
    })
    .toSorted();
}
