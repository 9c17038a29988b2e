import { join, relative } from "node:path";
import { isErrno } from "../base/errors.ts";
import type { FileFacts, Fs } from "../base/files.ts";
import { plural } from "./plural.ts";
import type { RepairFinding, RepairPlace } from "./repair-finding.ts";

/**
 * Everything that troupe keeps is for its user alone: folders 0700, files 0600. What others keep in the same folder
 * (Claude Code's `config.json` and `inboxes/`) has the modes they gave it. Source: faults.md L8, L9.
 */
export async function lookAtModes({ fs, disk, paths }: RepairPlace): Promise<readonly RepairFinding[]> {
  const wide: string[] = [];
  const foreign: string[] = [];
  const closed: string[] = [];
  const me = process.getuid?.();
  const visitor: Visitor = {
    each: (path, { kind, mode, uid }) => {
      // The mode of a link means nothing.
      if (kind !== "link" && (mode & 0o077) !== 0) wide.push(path);
      if (me !== undefined && uid !== me) foreign.push(path);
    },
    closed: (path) => closed.push(path),
  };
  const team = await fs.stat(paths.root);
  if (team) visitor.each(paths.root, team);
  const { journal, mail, bodies, agents, supervisor, corrupt } = paths;
  for (const ours of [journal, mail, bodies, agents, supervisor, corrupt])
    await visitBelow(fs, ours, visitor);
  const shown = (found: readonly string[]): readonly string[] =>
    found.map((path) => relative(paths.root, path) || "the folder itself");
  const findings: RepairFinding[] = [];
  if (wide.length > 0)
    findings.push({
      kind: "wide_modes",
      severity: "warning",
      what: `${plural(wide.length, "file or folder", "files and folders")} may be read or written by other users`,
      details: shown(wide),
      repair: {
        plan: "take the rights of others away",
        besideSupervisor: true,
        apply: async () => {
          let changed = 0;
          for (const path of wide) if (await disk.restrict(path)) changed += 1;
          return changed === 0 ? undefined : `took the rights of others away from ${changed} of them`;
        },
      },
    });
  if (foreign.length > 0)
    findings.push({
      kind: "foreign_owner",
      severity: "error",
      what: `${plural(foreign.length, "file or folder belongs", "files and folders belong")} to another user`,
      details: shown(foreign),
    });
  if (closed.length > 0)
    findings.push({
      kind: "closed_folder",
      severity: "error",
      what: `${plural(closed.length, "folder", "folders")} cannot be looked into`,
      details: shown(closed),
    });
  return findings;
}

interface Visitor {
  readonly each: (path: string, facts: FileFacts) => void;
  /** A folder that may not be listed. */
  readonly closed: (path: string) => void;
}

/** The folder first, then what is in it; links are not followed, what vanishes meanwhile is passed over. */
async function visitBelow(fs: Fs, path: string, visitor: Visitor): Promise<void> {
  try {
    const facts = await fs.stat(path);
    if (!facts) return;
    visitor.each(path, facts);
    if (facts.kind !== "folder") return;
    for (const name of (await fs.list(path)) ?? []) await visitBelow(fs, join(path, name), visitor);
  } catch (error) {
    if (!isErrno(error, "EACCES", "EPERM")) throw error;
    visitor.closed(path);
  }
}
