import { mkdirSync } from "node:fs";
import type { Sandbox } from "../../base/sandbox.ts";
import { bwrapSandbox, type Wall } from "./bwrap-sandbox.ts";
import { findWall, tooWide } from "./find-wall.ts";
import { gitFiles } from "./git-files.ts";
import { rootsOf } from "./layout.ts";
import { realPathOf } from "./linked-worktree.ts";
import type { NoWall, SandboxPolicy } from "./policy.ts";
import { seccompFilter } from "./seccomp-filter.ts";
import { openStubs } from "./stubs.ts";
import { callNumbers } from "./system-calls.ts";
import { troubleOf } from "./try-out.ts";

export type OpenedSandbox =
  | { readonly ok: true; readonly sandbox: Sandbox }
  | ({ readonly ok: false } & NoWall);

export interface SandboxOptions {
  readonly policy: SandboxPolicy;
  /** The environment of the programs that will be confined. */
  readonly env: Readonly<Record<string, string>>;
  /** Where the parts of the wall are looked for, before PATH; without it in the system's folders. */
  readonly searched?: readonly string[];
  /** As Node names them. */
  readonly machine?: { readonly platform: string; readonly arch: string };
}

/**
 * Builds the wall for one policy and tries it once, on a program that does nothing. Says why where it cannot be: then
 * nothing is confined, and whoever asked has to ask a person.
 */
export async function openSandbox(options: SandboxOptions): Promise<OpenedSandbox> {
  const { policy, env, machine = process } = options;
  const numbers = machine.platform === "linux" ? callNumbers(machine.arch) : undefined;
  if (numbers === undefined)
    return {
      ok: false,
      reason: `there is no sandbox for ${machine.platform} on ${machine.arch}`,
      hint: "it is built for Linux on x86-64 and arm64",
    };
  const wide = tooWide(policy);
  if (wide !== undefined) return { ok: false, ...wide };
  const programs = findWall(policy, env["PATH"], options.searched);
  if ("reason" in programs) return { ok: false, ...programs };
  mkdirSync(policy.stateDir, { recursive: true, mode: 0o700 });
  const roots = rootsOf(policy);
  for (const { path } of roots) await openStubs(policy.stateDir, path).sweep();
  const files = await filesInHome(policy, env);
  const sandbox = bwrapSandbox({ policy, roots, programs, filter: seccompFilter(numbers), files });
  const trouble = await troubleOf(sandbox, roots[0]?.path ?? "/", env);
  return trouble === undefined ? { ok: true, sandbox } : { ok: false, ...trouble };
}

/** What git finds in the hidden home folder. */
async function filesInHome(policy: SandboxPolicy, env: SandboxOptions["env"]): Promise<Wall["files"]> {
  const home = realPathOf(policy.home);
  const { folders, files } = policy.protectedNames;
  return home === undefined ? [] : gitFiles(home, env, [...folders, ...files]);
}
