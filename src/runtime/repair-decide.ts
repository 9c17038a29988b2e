import { diskError } from "../base/disk-error.ts";
import { TroupeError } from "../base/errors.ts";
import type { RepairFinding, RepairKind } from "./repair-finding.ts";

/** What became of a finding. left: it was tried, or not tried, and stands. gone: somebody else was faster. */
export type Outcome =
  | { readonly kind: "found" | "gone" }
  | { readonly kind: "repaired"; readonly line: string }
  | { readonly kind: "left"; readonly why: string };

export interface Repaired {
  readonly finding: RepairFinding;
  readonly outcome: Outcome;
}

/** Decides about each finding as soon as it was found: the next step looks at what is left then. */
export type Decide = (finding: RepairFinding) => Promise<Outcome>;

/** One of the looks of faults.md §5. */
export type Look = () => Promise<readonly RepairFinding[]>;

/** Takes the looks one after the other. A look that fails is itself a finding: the others are taken all the same. */
export async function takeLooks(
  looks: readonly Look[],
  decide: Decide,
  root: string,
): Promise<readonly Repaired[]> {
  const all: Repaired[] = [];
  for (const look of looks)
    for (const finding of await found(look, root)) all.push({ finding, outcome: await decide(finding) });
  return all;
}

async function found(look: Look, root: string): Promise<readonly RepairFinding[]> {
  try {
    return await look();
  } catch (error) {
    return [troubleFinding(error, root)];
  }
}

/** Trouble outside, met while looking at what is below `root`. Throws what is none. */
export function troubleFinding(error: unknown, root: string): RepairFinding {
  const trouble = diskError(error, "look into", root);
  if (!(trouble instanceof TroupeError)) throw trouble;
  return { kind: kindOf(trouble), severity: "error", what: trouble.message };
}

function kindOf({ code }: TroupeError): RepairKind {
  if (code === "newer_format") return "newer_format";
  return code === "journal_damaged" || code === "team_not_found" ? "log_damaged" : "closed_folder";
}

/** For `--fix`: does it, unless the living supervisor `pid` does. */
export function decideToRepair(supervisorPid: () => number | undefined): Decide {
  return async ({ repair }) => {
    if (!repair) return { kind: "found" };
    const pid = supervisorPid();
    if (pid !== undefined && !repair.besideSupervisor)
      return { kind: "left", why: `its supervisor (pid ${pid}) lives and does this; or: troupe down first` };
    try {
      const line = await repair.apply();
      return line === undefined ? { kind: "gone" } : { kind: "repaired", line };
    } catch (error) {
      const trouble = diskError(error, "repair", repair.plan);
      if (!(trouble instanceof TroupeError)) throw trouble;
      return { kind: "left", why: trouble.message };
    }
  };
}
