import * as fc from "fast-check";
import { expect, test } from "vitest";
import { type AuditEntry, canonicalJson } from "../../../src/protocol/audit.ts";
import { InstanceId, MemberName } from "../../../src/protocol/names.ts";
import {
  type Chain,
  type ChainOwner,
  genesisOf,
  readChain,
  sealed,
} from "../../../src/runtime/audit-chain.ts";
import { encodeLine, toJson } from "../../../src/store/line-codec.ts";

const owner: ChainOwner = { team: InstanceId.parse("team-instance"), member: MemberName.parse("ada") };

/** Entries that follow `after`. */
function entries(
  count: number,
  after: Chain["head"] = { seq: 0, hash: genesisOf(owner) },
): readonly AuditEntry[] {
  const made: AuditEntry[] = [];
  for (let seq = after.seq + 1; seq <= after.seq + count; seq++) {
    const prev = made.at(-1)?.hash ?? after.hash;
    made.push(entry(seq, prev, { kind: "tool", tool: `Tool${seq}` }));
  }
  return made;
}

function entry(seq: number, prev: string, fields: Readonly<Record<string, unknown>>): AuditEntry {
  return sealed({
    v: 1,
    id: `adas-life.${seq}`,
    seq,
    t: "2026-11-20T12:00:00.000Z",
    agent: "ada",
    instance: "adas-life",
    tool: null,
    argsHash: null,
    decision: "allow",
    rule: null,
    actor: "gate",
    ...fields,
    prev,
  });
}

function frames(list: readonly AuditEntry[]): readonly Buffer[] {
  return list.map((one) => encodeLine(toJson(one)));
}

function fileOf(list: readonly AuditEntry[]): Buffer {
  return Buffer.concat(frames(list));
}

/** What is wrong with the bytes, and with what an anchor saw of them. */
function faults(bytes: Buffer, anchor?: AuditEntry): readonly string[] {
  const chain = readChain(bytes, owner);
  const isThere =
    anchor === undefined || chain.entries.some(({ seq, hash }) => seq === anchor.seq && hash === anchor.hash);
  return [...chain.findings.map(({ what }) => what), ...(isThere ? [] : ["the anchor holds nothing"])];
}

const some = entries(6);
const whole = fileOf(some);

test("a chain that its writer left in peace is whole", () => {
  const chain = readChain(whole, owner);

  expect(chain).toMatchObject({ findings: [], unexplained: 0, head: { seq: 6, hash: some[5]?.hash } });
  expect(chain.entries).toEqual(some);
  expect(readChain(Buffer.alloc(0), owner)).toMatchObject({ findings: [], head: { seq: 0 } });
});

test("L23 every change of one byte is found", () => {
  for (let at = 0; at < whole.length; at++) {
    const bytes = Buffer.from(whole);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << (at % 8));

    expect(faults(bytes).length, `byte ${at}`).toBeGreaterThan(0);
  }
});

test("L23 any other byte at any place is found, and so is one put in or taken out", () => {
  const place = fc.nat(whole.length - 1);
  const byte = fc.nat(255);
  fc.assert(
    fc.property(place, byte, (at, other) => {
      const [before, after] = [whole.subarray(0, at), whole.subarray(at)];
      const changed = Buffer.concat([before, Buffer.from([other]), whole.subarray(at + 1)]);
      expect(faults(changed).length > 0).toBe(whole[at] !== other);
      expect(faults(Buffer.concat([before, Buffer.from([other]), after]))).not.toEqual([]);
      expect(faults(Buffer.concat([before, after.subarray(1)]))).not.toEqual([]);
    }),
    { numRuns: 400 },
  );
});

test("L23 an entry taken out, doubled, or swapped with another is found", () => {
  const one = frames(some);
  const at = fc.nat(some.length - 2);
  fc.assert(
    fc.property(at, at, (from, to) => {
      const without = one.filter((_, index) => index !== from);
      const doubled = one.toSpliced(to, 0, one[from] ?? Buffer.alloc(0));
      const swapped = one
        .with(from, one[to + 1] ?? Buffer.alloc(0))
        .with(to + 1, one[from] ?? Buffer.alloc(0));

      expect(faults(Buffer.concat(without))).not.toEqual([]);
      expect(faults(Buffer.concat(doubled))).not.toEqual([]);
      expect(faults(Buffer.concat(swapped)).length > 0).toBe(from !== to + 1);
    }),
  );
});

test("L23 an entry written anew with a right checksum and a right hash of its own is found by the next one", () => {
  const forged = entry(3, some[1]?.hash ?? "", { kind: "tool", tool: "Harmless" });

  expect(faults(fileOf(some.with(2, forged)))).toEqual(["does not follow the entry before it"]);
});

test("L23 a cut behind an anchor is found at every byte, also when the log went on after it", () => {
  const anchor = some[4];
  const end = fileOf(some.slice(0, 5)).length;
  for (let length = 0; length < end - 1; length++) {
    const cut = whole.subarray(0, length);

    expect(faults(cut, anchor), `${length} bytes`).not.toEqual([]);
  }
  for (let length = 0; length < end - 1; length += 37) {
    expect(faults(goOn(whole.subarray(0, length)), anchor), `${length} bytes, then more`).not.toEqual([]);
  }
  expect(faults(fileOf(some.slice(0, 5)), anchor)).toEqual([]);
});

test("L23 the log of another member, or of another team, is not taken for this one", () => {
  const other = readChain(whole, { ...owner, team: InstanceId.parse("other-instance") });
  const bobs = readChain(whole, { ...owner, member: MemberName.parse("bob") });

  expect(other.findings[0]?.what).toBe("is the first entry of another log");
  expect(bobs.findings[0]?.what).toBe("belongs to ada");
});

/** What a writer does that finds bytes which are no entry: it says so, and goes on. */
function goOn(bytes: Buffer): Buffer {
  const { head, unexplained } = readChain(bytes, owner);
  if (unexplained === 0) return Buffer.concat([bytes, fileOf(entries(3, head))]);
  const mended = entry(head.seq + 1, head.hash, { kind: "recovered", decision: "noted", torn: unexplained });
  return Buffer.concat([bytes, fileOf([mended, ...entries(3, mended)])]);
}

test("a writer that died in the middle of a line is no trouble once the next one has said so", () => {
  const last = frames(some).at(-1)?.length ?? 0;
  for (let missing = 1; missing < last; missing++) {
    const torn = whole.subarray(0, whole.length - missing);
    // A single newline could be anybody's.
    const isSure = missing !== last - 1;

    expect(faults(torn)).toHaveLength(1);
    expect(faults(goOn(torn)).length === 0, `${missing} bytes missing`).toBe(isSure);
  }
});

test("L23 a change of the last line is found after the log went on, although the line no longer counts", () => {
  const start = fileOf(some.slice(0, 5)).length;
  for (let at = start; at < whole.length; at++) {
    const bytes = Buffer.from(whole);
    bytes[at] = (bytes[at] ?? 0) ^ 1;

    expect(faults(goOn(bytes)), `byte ${at - start} of the last line`).not.toEqual([]);
  }
});

function found(lines: readonly Buffer[]): unknown {
  return readChain(Buffer.concat(lines), owner).findings;
}

test("what is found names the entry and what is wrong", () => {
  const lines = frames(some);

  expect(found(lines.toSpliced(2, 1))).toEqual([{ seq: 4, what: "the entry before it is gone" }]);
  expect(found(lines.toSpliced(1, 3))).toEqual([{ seq: 5, what: "the 3 entries before it are gone" }]);
  expect(found(lines.toSpliced(3, 0, ...lines.slice(0, 1)))).toEqual([
    { seq: 1, what: "stands behind entry 3" },
    { seq: 4, what: "the 2 entries before it are gone" },
  ]);
});

test("canonical JSON does not depend on the order of keys", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      const turned = Object.fromEntries(Object.entries(value).toReversed());

      expect(canonicalJson(turned)).toBe(canonicalJson(value));
      expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});
