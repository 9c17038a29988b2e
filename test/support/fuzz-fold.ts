import * as fc from "fast-check";
import { InstanceId } from "../../src/protocol/names.ts";
import { encodeLine, toJson } from "../../src/store/line-codec.ts";
import { openFold } from "../../src/team/fold.ts";
import { openJournalReader } from "../../src/team/journal-reader.ts";
import { openTeam } from "../../src/team/open-team.ts";
import { stateHash } from "../../src/team/state-hash.ts";
import { harmed, harms, refusePollution } from "./fuzz-bytes.ts";
import { entriesOf, forged } from "./fuzz-forged.ts";
import { teamOnMemory } from "./fuzz-log.ts";
import { type Fuzz, fuzz, must } from "./fuzz-property.ts";
import { testHost } from "./test-host.ts";

const lives = fc.record({
  all: fc.noBias(fc.array(forged, { minLength: 1, maxLength: 50, size: "max" })),
  torn: harms(),
  snapshots: fc.array(fc.nat(40), { maxLength: 3 }),
  sizes: fc.array(fc.integer({ min: 0, max: 1000 }), { maxLength: 3 }),
});

const READER = InstanceId.parse("the-reader");

export const foldProperties: readonly Fuzz[] = [
  fuzz({
    title:
      "M4 M8 M14 M17 D6 D11 forged entries: accept is total, void ones change nothing, and the state is the same in any chunking, from any snapshot, with torn lines between",
    parsers: [
      "src/store/decoder.ts",
      "src/store/line-codec.ts",
      "src/store/files/snapshot-file.ts",
      "src/team/member-rules.ts",
    ],
    input: lives,
    cost: 5,
    open:
      () =>
      async ({ all, torn, snapshots, sizes }) => {
        const { entries, hash } = entriesOf(all);
        const lines = entries.map((entry) => encodeLine(toJson(entry)));
        // Harmed copies of lines that are old by then: whatever counts in there was folded before.
        const places = new Set(snapshots);
        const pieces = lines.flatMap((line, index) =>
          index > 0 && places.has(index)
            ? [Buffer.from("\n"), harmed(line, torn), Buffer.from("\n"), line]
            : [line],
        );
        const bytes = Buffer.concat(pieces);
        const { fs, paths, open } = teamOnMemory();
        const path = `${paths.journal}/1.jsonl`;

        fs.put(path, bytes.subarray(0, lines[0]?.length));
        const grown = await openTeam(await open(), testHost("grow"), READER);
        for (const size of sizes.toSorted((one, other) => one - other)) {
          fs.put(path, bytes.subarray(0, Math.max(lines[0]?.length ?? 0, (bytes.length * size) / 1000)));
          await grown.readOn();
        }
        fs.put(path, bytes);
        must(stateHash(await grown.readOn()), "read while it grew").toBe(hash);

        let offset = 0;
        const ends = pieces.map((piece) => (offset += piece.length));
        for (const place of snapshots) {
          fs.put(path, bytes.subarray(0, ends[place % ends.length]));
          const reader = await openJournalReader(await open());
          await reader.readOn();
          await reader.saveSnapshot();
          fs.put(path, bytes);
          const fresh = await openTeam(await open(), testHost("snap"), READER);
          must(stateHash(fresh.state()), "from a snapshot").toBe(hash);
        }
        refusePollution();
      },
  }),
];

/** How often entries of each op count in lives like those above. */
export function countsOf(seed: number): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { all } of fc.sample(lives, { numRuns: 300, seed })) {
    const fold = openFold();
    for (const entry of entriesOf(all).entries)
      if (fold.add(entry)?.ok) counts.set(entry.op, (counts.get(entry.op) ?? 0) + 1);
  }
  return counts;
}
