import { lstatSync } from "node:fs";
import { dirname, join } from "node:path";
import { TroupeError } from "../../base/errors.ts";
import { guardLinked, guardRepository } from "./guard-git.ts";
import { guardRoot } from "./guard-root.ts";
import { type Guards, openGuards, pin, type Stub } from "./guards.ts";
import { type LinkedWorktree, linkedWorktree, realPathOf } from "./linked-worktree.ts";
import { type Looker, openLooker } from "./looker.ts";
import { isBelow, type Mount, orderedMounts } from "./mount.ts";
import type { SandboxPolicy } from "./policy.ts";

/** A folder that confined programs write in. `id`: what it was when the sandbox was opened. */
export interface Root {
  readonly path: string;
  readonly id: string;
  /** The repository of linked worktrees: nothing but git's own paths is closed in it. */
  readonly linked: LinkedWorktree | undefined;
}

/** How the file system is put together for one program, as it is to be at this moment. */
export interface Layout {
  readonly mounts: readonly Mount[];
  /** What is missing, by the root it is missing in. */
  readonly stubs: ReadonlyMap<string, readonly Stub[]>;
  readonly links: readonly string[];
}

/** The writable folders that are there, and the repositories of those that are linked worktrees. */
export function rootsOf({ writable }: SandboxPolicy): readonly Root[] {
  const roots: Root[] = [];
  for (const path of new Set(writable.map(realPathOf))) {
    if (path === undefined) continue;
    const looker = openLooker(path);
    try {
      roots.push({ path, id: looker.see(path).id, linked: undefined });
      const linked = linkedWorktree(looker, join(path, ".git"));
      if (linked !== undefined && !isBelow(path, linked.common)) roots.push(repositoryRoot(linked));
    } finally {
      looker.close();
    }
  }
  return roots;
}

function repositoryRoot(linked: LinkedWorktree): Root {
  const { dev, ino } = lstatSync(linked.common);
  return { path: linked.common, id: `${dev}:${ino}`, linked };
}

/** Looks at the roots and decides what is mounted where. Throws `denied` when one was replaced by something else. */
export function lookAt(policy: SandboxPolicy, roots: readonly Root[]): Layout {
  const mounts: Mount[] = [];
  const stubs = new Map<string, readonly Stub[]>();
  const links: string[] = [];
  for (const root of roots) {
    const looker = openRoot(root);
    try {
      const guards = guardsOf(policy, root, looker);
      mounts.push(...guards.mounts);
      stubs.set(root.path, guards.stubs);
      links.push(...guards.links);
    } finally {
      looker.close();
    }
  }
  const hidden = hiddenMounts(policy);
  mounts.push(...hidden, ...readOnlyMounts(policy.visible), ...closedMounts(policy, roots, hidden));
  return { mounts: orderedMounts(mounts), stubs, links };
}

function openRoot({ path, id }: Root): Looker {
  const looker = openLooker(path);
  if (looker.see(path).id === id) return looker;
  looker.close();
  throw new TroupeError("denied", `${path} is not the folder any more that the sandbox was made for`, {
    hint: "start the agent again",
  });
}

function guardsOf(policy: SandboxPolicy, { path, linked }: Root, looker: Looker): Guards {
  const guards = openGuards(looker);
  if (linked === undefined) guardRoot(guards, policy.protectedNames);
  else {
    guards.mounts.push({ kind: "writable", path, isFile: false, id: looker.see(path).id });
    guardRepository(guards, linked.common);
    guardLinked(guards, linked.own);
  }
  // What is closed in a writable folder cannot be moved to a place where it is open.
  for (const closed of [...policy.readOnly, ...policy.hidden])
    if (closed !== path && isBelow(path, closed)) pin(guards, dirname(closed));
  return guards;
}

function hiddenMounts({ hidden, home }: SandboxPolicy): readonly Mount[] {
  return [
    ...existing(hidden).map(({ path, isFile }) => ({ kind: "hidden", path, isFile }) as const),
    ...existing([home, "/tmp", "/run", "/var/tmp"]).map(
      ({ path }) => ({ kind: "scratch", path, isFile: false }) as const,
    ),
  ];
}

function readOnlyMounts(paths: readonly string[]): readonly Mount[] {
  return existing(paths).map(({ path, isFile }) => ({ kind: "read-only", path, isFile }));
}

/** Only where it could be written otherwise: mounted over something hidden it would be shown. */
function closedMounts(
  { readOnly }: SandboxPolicy,
  roots: readonly Root[],
  hidden: readonly Mount[],
): readonly Mount[] {
  return readOnlyMounts(readOnly).filter(({ path }) => {
    const around = [...roots, ...hidden].filter((other) => isBelow(other.path, path));
    const nearest = around.toSorted((one, other) => other.path.length - one.path.length)[0];
    return nearest !== undefined && !("kind" in nearest);
  });
}

function existing(paths: readonly string[]): readonly { readonly path: string; readonly isFile: boolean }[] {
  return paths.flatMap((named) => {
    const path = realPathOf(named);
    if (path === undefined) return [];
    return [{ path, isFile: !lstatSync(path).isDirectory() }];
  });
}
