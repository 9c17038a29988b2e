import { plural } from "./plural.ts";
import type { RepairFinding } from "./repair-finding.ts";
import type { Walked } from "./repair-walk.ts";

/** Less than this is nobody's trouble, whoever wrote it. */
const LOUD_BYTES = 10 * 1024 * 1024;

/** A writer that has put more into journal and mailboxes than all others together (faults.md M19, L24). */
export function tellLoud({ writers, large }: Walked): readonly RepairFinding[] {
  const all = [...writers].reduce((sum, [, bytes]) => sum + bytes, 0);
  return [...writers].flatMap(([who, bytes]): readonly RepairFinding[] => {
    if (who === "user" || bytes < LOUD_BYTES || bytes * 2 <= all) return [];
    const own = large.get(who) ?? 0;
    return [
      {
        kind: "loud_writer",
        severity: "note",
        what: `${who} wrote ${megabytes(bytes)} of the ${megabytes(all)} in journal and mailboxes`,
        ...(own > 0 && {
          details: [plural(own, "text of it lies in a body file", "texts of it lie in body files")],
        }),
      },
    ];
  });
}

function megabytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}
