import type { Severity } from "../../runtime/repair-finding.ts";

/** Something to look at; the id stays the same from version to version. */
export interface Finding {
  readonly id: `DR${number}`;
  readonly area: Area;
  /** The team it is about; null for what concerns all. */
  readonly team: string | null;
  /** A note changes no exit code. */
  readonly severity: Severity;
  readonly what: string;
  /** One line each: positions, files, processes. */
  readonly details: readonly string[];
  readonly why: string;
  /** What a person can do. */
  readonly do: string;
  /** What `--fix` does about it; null when it does nothing. */
  readonly fix: string | null;
}

export type Area =
  | "program"
  | "state folder"
  | "team"
  | "model"
  | "sandbox"
  | "connectors"
  | "hooks"
  | "settings";

/** What `--fix` did about a finding, or why it did not. */
export interface RepairLine {
  readonly id: Finding["id"];
  readonly team: string | null;
  readonly done: boolean;
  readonly text: string;
}

/** What one area has: facts for a bug report, findings, and what was done. */
export interface Checked {
  readonly facts: readonly string[];
  readonly findings: readonly Finding[];
  readonly repairs?: readonly RepairLine[];
}
