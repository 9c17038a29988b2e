import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { readChain } from "../../src/runtime/audit-chain.ts";
import { auditHeads } from "../../src/runtime/audit-heads.ts";
import { auditPath } from "../../src/runtime/audit-path.ts";
import { ada, auditedTeam, owner, PIECES, whole } from "./audit-sample.ts";
import { harmed, harms } from "./fuzz-bytes.ts";
import { type Fuzz, fuzz, must } from "./fuzz-property.ts";

const heads = fuzz({
  title: "L23 the end of another's audit log is the last entry that stands there whole, whatever else does",
  parsers: ["src/runtime/audit-heads.ts"],
  input: harms(PIECES),
  cost: 2,
  open: () => {
    const opened = auditedTeam();
    return async (all) => {
      const team = await opened;
      const bytes = harmed(whole, all);
      const path = auditPath(team, ada);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, bytes);
      // A line whose newline is not there yet is not taken for the end.
      const last = readChain(bytes.subarray(0, bytes.lastIndexOf(10) + 1), owner).entries.at(-1);
      const head = last && { member: ada, seq: last.seq, hash: last.hash };
      must(auditHeads(team)).toEqual(head === undefined ? [] : [head]);
    };
  },
});

export const headProperties: readonly Fuzz[] = [heads];
