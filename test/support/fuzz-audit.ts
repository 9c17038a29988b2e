import * as fc from "fast-check";
import { readChain } from "../../src/runtime/audit-chain.ts";
import { encodeLine, toJson } from "../../src/store/line-codec.ts";
import { entries, frames, owner, PIECES, whole } from "./audit-sample.ts";
import { headProperties } from "./fuzz-audit-heads.ts";
import { anyJson, harmed, harms, refusePollution } from "./fuzz-bytes.ts";
import { type Fuzz, fuzz, must } from "./fuzz-property.ts";

const chains = fuzz({
  title: "L23 whatever was done to an audit log: it is as it was written, or there is a finding",
  parsers: ["src/runtime/audit-chain.ts"],
  input: harms(PIECES),
  open: () => (all) => {
    const bytes = harmed(whole, all);
    const chain = readChain(bytes, owner);
    // A log that lost its last entries is a shorter one: that is for those who saw its end.
    const isShorter = [0, ...frames.map((_, index) => index + 1)].some((count) =>
      bytes.equals(Buffer.concat(frames.slice(0, count))),
    );
    must(chain.findings.length > 0).toBe(!isShorter);
    for (const { seq, what } of chain.findings) {
      must(what).not.toBe("");
      if (seq !== undefined) must(chain.entries.some((entry) => entry.seq === seq)).toBe(true);
    }
    refusePollution();
  },
});

const forged = fuzz({
  title: "L23 D11 a line with a right checksum is an entry of this chain, or there is a finding",
  parsers: ["src/runtime/audit-chain.ts"],
  input: fc.record({
    at: fc.nat(frames.length),
    removed: fc.nat(2),
    value: fc.oneof(
      anyJson,
      fc
        .tuple(
          fc.constantFrom(...entries),
          fc.constantFrom(...Object.keys(entries[0] ?? {}), "of", "torn"),
          anyJson,
        )
        .map(([entry, key, value]) => ({ ...entry, [key]: value })),
    ),
  }),
  open:
    () =>
    ({ at, removed, value }) => {
      const line = encodeLine(toJson(value));
      const list = frames.toSpliced(at, removed, line);
      const { findings } = readChain(Buffer.concat(list), owner);
      const isSame = list.every((frame, index) => frames[index]?.equals(frame));
      must(findings.length > 0).toBe(!isSame);
      refusePollution();
    },
});

export const auditProperties: readonly Fuzz[] = [chains, forged, ...headProperties];
