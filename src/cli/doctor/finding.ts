/** Something to look at; the id stays the same from version to version. */
export interface Finding {
  readonly id: `DR${number}`;
  readonly area: Area;
  readonly what: string;
  readonly why: string;
  readonly do: string;
}

export type Area = "program" | "state folder" | "team" | "model";

/** What one area has: facts for a bug report, and findings. */
export interface Checked {
  readonly facts: readonly string[];
  readonly findings: readonly Finding[];
}
