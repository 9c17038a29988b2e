import { closeSync } from "node:fs";
import { isSystemError } from "../../base/disk-error.ts";
import { TroupeError } from "../../base/errors.ts";
import type { Confined, Program, Sandbox } from "../../base/sandbox.ts";
import { checkFiles, confinedArgv, type WallPrograms, wallArguments } from "./bwrap-arguments.ts";
import { holdBytes } from "./held-bytes.ts";
import { type Layout, lookAt, type Root } from "./layout.ts";
import type { SandboxPolicy } from "./policy.ts";
import { openStubs, type Stubs, type StubsInUse } from "./stubs.ts";
import { restoreLinks, watchLinks } from "./watched-links.ts";

/** What stays the same for every program of a sandbox. */
export interface Wall {
  readonly policy: SandboxPolicy;
  readonly roots: readonly Root[];
  readonly programs: WallPrograms;
  readonly filter: Buffer;
  /** Files that exist inside only. */
  readonly files: readonly { readonly path: string; readonly text: string }[];
}

/** Descriptors of a confined program: 3 and 4, the files from 5 on. */
const ARGUMENTS = 3;
const SECCOMP = 4;
const FIRST_FILE = 5;

/** Confines programs by bubblewrap. */
export function bwrapSandbox(wall: Wall): Sandbox {
  const stubs = wall.roots.map(({ path }) => openStubs(wall.policy.stateDir, path));
  return { name: "bwrap", confine: (program) => confine(wall, stubs, program) };
}

async function confine(wall: Wall, stubs: readonly Stubs[], program: Program): Promise<Confined> {
  const used: StubsInUse[] = [];
  // All of them, also when one cannot: a root that is not left counts as in use until this process ends.
  const leave = async (): Promise<void> => {
    const left = await Promise.allSettled(used.map((use) => use.leave()));
    for (const outcome of left) if (outcome.status === "rejected") throw outcome.reason;
  };
  try {
    for (const one of stubs) used.push(await one.enter());
    const layout = closedLayout(wall, used);
    const links = watchLinks(layout.links);
    const descriptors = descriptorsOf(wall, layout);
    return {
      argv: confinedArgv(wall.programs, ARGUMENTS, program, wall.policy.stays),
      dir: "/",
      env: { ...program.env, TMPDIR: "/tmp" },
      descriptors,
      release: async () => {
        for (const descriptor of descriptors) closeSync(descriptor);
        try {
          restoreLinks(links);
        } finally {
          await tidied(leave);
        }
      },
    };
  } catch (error) {
    await tidied(leave);
    throw error;
  }
}

/** What cannot be taken away now is noted, and taken away by a later sweep. */
async function tidied(leave: () => Promise<void>): Promise<void> {
  try {
    await leave();
  } catch (error) {
    if (!isSystemError(error)) throw error;
  }
}

/** The layout, with a stub for everything that was missing: looked at again, so that each mount is known by its inode. */
function closedLayout({ policy, roots }: Wall, used: readonly StubsInUse[]): Layout {
  const first = lookAt(policy, roots);
  if (countStubs(first) === 0) return first;
  for (const [at, { path }] of roots.entries())
    for (const stub of first.stubs.get(path) ?? []) used[at]?.make(stub);
  const second = lookAt(policy, roots);
  if (countStubs(second) === 0) return second;
  const missing = [...second.stubs.values()].flat().map(({ path }) => path);
  throw new TroupeError("denied", `the sandbox cannot close ${missing[0]}: it vanishes`, {
    hint: "try again; another program removes it",
  });
}

function countStubs({ stubs }: Layout): number {
  return [...stubs.values()].reduce((sum, { length }) => sum + length, 0);
}

function descriptorsOf({ policy, files, filter }: Wall, { mounts }: Layout): readonly number[] {
  const inside = [...files, ...checkFiles(mounts)];
  const numbered = inside.map(({ path }, at) => ({ path, descriptor: FIRST_FILE + at }));
  const wall = wallArguments(policy, mounts, { files: numbered, seccomp: SECCOMP });
  const contents = [
    Buffer.from(wall.map((word) => `${word}\0`).join("")),
    filter,
    ...inside.map(({ text }) => Buffer.from(text)),
  ];
  const open: number[] = [];
  try {
    for (const bytes of contents) open.push(holdBytes(policy.stateDir, bytes));
    return open;
  } catch (error) {
    for (const descriptor of open) closeSync(descriptor);
    throw error;
  }
}
