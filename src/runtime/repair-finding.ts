import type { Fs } from "../base/files.ts";
import type { TeamPaths } from "../protocol/paths.ts";
import type { Disk } from "./repair-disk.ts";

/** What may be wrong in a team's folder; `doctor` has a number and a reason for each. */
export type RepairKind =
  | "network"
  | "low_space"
  | "odd_append"
  | "half_made"
  | "half_deleted"
  | "no_journal"
  | "missing_folders"
  | "wide_modes"
  | "foreign_owner"
  | "torn_lines"
  | "changed_line"
  | "log_damaged"
  | "newer_format"
  | "orphaned_task"
  | "dead_life"
  | "died"
  | "dead_lease"
  | "held"
  | "temp_files"
  | "unsealed"
  | "snapshot"
  | "disputed"
  | "cursor"
  | "stale_run"
  | "bad_run"
  | "lock"
  | "leftover_processes"
  | "unnamed_bodies"
  | "alien_files"
  | "lives_on"
  | "unsupervised"
  | "unknown_mailbox"
  | "loud_writer"
  | "closed_folder";

/** note: to know, nothing to do. warning: something is left over or waits for somebody. error: the team cannot be trusted. */
export type Severity = "note" | "warning" | "error";

/** One thing that a look at a team's folder found. */
export interface RepairFinding {
  readonly kind: RepairKind;
  readonly severity: Severity;
  /** What and where, with names and numbers; one line, paths relative to the team's folder. */
  readonly what: string;
  /** One line each: positions, files, processes. */
  readonly details?: readonly string[];
  /** Absent: nothing that a program may do about it. */
  readonly repair?: Repair;
}

export interface Repair {
  /** What would be done, as an order: "remove them". */
  readonly plan: string;
  /** Safe beside a living supervisor; what is not, that supervisor does itself. */
  readonly besideSupervisor: boolean;
  /**
   * Looks at the evidence again, then does it: may be killed anywhere and begun again, and two may do it at once.
   * Answers what was done; undefined when there was nothing left to do. Throws what the disk and the journal throw.
   */
  readonly apply: () => Promise<string | undefined>;
}

/** The folder of one team and how it is reached. */
export interface RepairPlace {
  /** Absolute. */
  readonly configDir: string;
  readonly paths: TeamPaths;
  readonly fs: Fs;
  readonly disk: Disk;
  readonly now: () => number;
}
