import {
  appendFileSync,
  closeSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { expect, onTestFinished, test } from "vitest";
import { InstanceId, MemberName, TeamName } from "../../../src/protocol/names.ts";
import { type Audit, type AuditLine, openAudit } from "../../../src/runtime/audit.ts";
import { auditHeads } from "../../../src/runtime/audit-heads.ts";
import { auditPath } from "../../../src/runtime/audit-path.ts";
import { verifyAudit } from "../../../src/runtime/audit-verify.ts";
import { openWorkspace } from "../../../src/runtime/workspace.ts";
import type { Team } from "../../../src/team/team.ts";
import { tempFolder } from "../../support/temp-folder.ts";
import { testHost } from "../../support/test-host.ts";

const LINE: AuditLine = {
  kind: "tool",
  tool: "Bash",
  argsHash: "a".repeat(64),
  decision: "allow",
  rule: "Bash(npm *)",
  actor: "gate",
};

interface World {
  /** The test's own view. */
  readonly team: Team;
  /** A life of a member: its own process, as far as the team knows. */
  readonly live: (name: string) => Promise<Audit & { readonly team: Team }>;
  readonly pathOf: (name: string) => string;
  readonly entriesOf: (name: string) => readonly Record<string, unknown>[];
  readonly troubles: unknown[];
  readonly faults: () => Promise<readonly string[]>;
}

function hide(text: string): string {
  return text.replaceAll("hunter22", "‹key›");
}

async function world(...members: readonly string[]): Promise<World> {
  const env = { CLAUDE_CONFIG_DIR: tempFolder() };
  const workspace = openWorkspace(testHost("audit-", env));
  const team = await workspace.create({
    name: TeamName.parse("demo"),
    dir: "/srv",
    settings: {},
    tasks: [],
    members: members.map((name) => ({
      name: MemberName.parse(name),
      lead: name === "lead",
      backend: "child" as const,
      definition: {},
    })),
  });
  onTestFinished(team.close);
  const troubles: unknown[] = [];
  let lives = 0;
  const pathOf = (name: string): string => auditPath(team, MemberName.parse(name));
  return {
    team,
    troubles,
    pathOf,
    live: async (name) => {
      const own = openWorkspace(testHost(`life${++lives}-`, env));
      const view = await own.open(team.name, InstanceId.parse(`${name}-life-${lives}`));
      onTestFinished(view.close);
      const audit = await openAudit(view, MemberName.parse(name), {
        onTrouble: (error) => troubles.push(error),
        hide,
      });
      onTestFinished(() => audit.close().catch(() => undefined));
      return { ...audit, team: view };
    },
    entriesOf: (name) =>
      readFileSync(pathOf(name), "utf8")
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    faults: async () => {
      const { findings } = await verifyAudit(team);
      return findings.map(({ file, seq, what }) => `${file.split("/").at(-2)} ${seq ?? "end"} ${what}`);
    },
  };
}

function kinds(entries: readonly Record<string, unknown>[]): readonly unknown[] {
  return entries.map(({ kind }) => kind);
}

test("a decision is one line with hashes and short words, and the chain goes on over lives", async () => {
  const { live, entriesOf, faults, pathOf } = await world("ada");

  const first = await live("ada");
  await first.record({ ...LINE, sub: "helper", rule: "Bash(curl -u hunter22)" });
  await first.close();
  const second = await live("ada");
  await second.record({ ...LINE, decision: "deny", resultHash: "b".repeat(64) });

  expect(
    entriesOf("ada").map(({ seq, kind, decision, instance }) => [seq, kind, decision, instance]),
  ).toEqual([
    [1, "opened", "noted", "ada-life-1"],
    [2, "tool", "allow", "ada-life-1"],
    [3, "closed", "noted", "ada-life-1"],
    [4, "opened", "noted", "ada-life-2"],
    [5, "tool", "deny", "ada-life-2"],
  ]);
  expect(entriesOf("ada")[1]).toMatchObject({
    rule: "Bash(curl -u ‹key›)",
    sub: "helper",
    argsHash: "a".repeat(64),
  });
  expect(statSync(pathOf("ada")).mode & 0o777).toBe(0o600);
  expect(await faults()).toEqual([]);
});

test("lines that come at the same time stand one after another", async () => {
  const { live, faults, entriesOf } = await world("ada");
  const audit = await live("ada");

  await Promise.all(Array.from({ length: 50 }, () => audit.record(LINE)));

  expect(entriesOf("ada")).toHaveLength(51);
  expect(await faults()).toEqual([]);
});

test("a writer that died in the middle of a line: the next life says so and goes on behind the last whole one", async () => {
  const { live, pathOf, entriesOf, faults } = await world("ada");
  const first = await live("ada");
  await first.record(LINE);
  await first.record(LINE);
  await first.team.close();
  truncateSync(pathOf("ada"), statSync(pathOf("ada")).size - 30);

  expect(await faults()).toEqual([expect.stringContaining("ada end its end is unfinished")]);

  await live("ada");
  const lines = readFileSync(pathOf("ada"), "utf8")
    .split("\n")
    .filter((line) => line.endsWith("}"));
  expect(
    lines.map((line) => [Number(/"seq":(\d+)/.exec(line)?.[1]), /"kind":"(\w+)"/.exec(line)?.[1]]),
  ).toEqual([
    [1, "opened"],
    [2, "tool"],
    [3, "recovered"],
    [4, "opened"],
  ]);
  expect(() => entriesOf("ada")).toThrow(SyntaxError);
  expect(await faults()).toEqual([]);
});

test("M2 a short write is written again, and the torn bytes are accounted for", async () => {
  const { live, pathOf, faults, team } = await world("ada");
  await (await live("ada")).close();
  const real = team.store.agentLog(MemberName.parse("ada"), "audit");
  let shorts = 2;
  const log = {
    ...real,
    append: (entry: Parameters<typeof real.append>[0]): ReturnType<typeof real.append> => {
      if (shorts-- <= 0) return real.append(entry);
      appendFileSync(pathOf("ada"), `\n${JSON.stringify(entry).slice(0, 40)}`);
      return Promise.resolve("uncertain");
    },
  };
  const store = { ...team.store, agentLog: () => log };

  const audit = await openAudit({ ...team, store }, MemberName.parse("ada"), {
    onTrouble: () => undefined,
    hide: String,
  });
  shorts = 1;
  await audit.record(LINE);
  await audit.close();

  expect(await faults()).toEqual([]);
  expect(readFileSync(pathOf("ada"), "utf8").match(/"kind":"recovered"/g)).toHaveLength(2);
});

test("C1 a decision that cannot be written down is not recorded, and whoever asked hears of it", async () => {
  const { pathOf, faults, team, live } = await world("ada");
  await (await live("ada")).close();
  const real = team.store.agentLog(MemberName.parse("ada"), "audit");
  let isFull = false;
  const append: typeof real.append = (entry) => (isFull ? Promise.resolve("uncertain") : real.append(entry));
  const store = { ...team.store, agentLog: () => ({ ...real, append }) };
  const audit = await openAudit({ ...team, store }, MemberName.parse("ada"), {
    onTrouble: () => undefined,
    hide: String,
  });
  const { size } = statSync(pathOf("ada"));

  isFull = true;
  await expect(audit.record(LINE)).rejects.toMatchObject({ code: "disk_full" });
  isFull = false;
  expect(statSync(pathOf("ada")).size).toBe(size);
  await audit.record(LINE);

  expect(await faults()).toEqual([]);
});

test("a process that slept through the end of its life writes nothing into the log of the next one", async () => {
  const { live, faults } = await world("ada");
  const slept = await live("ada");
  const next = await live("ada");

  await expect(slept.record(LINE)).rejects.toMatchObject({ code: "conflict" });
  await next.record(LINE);

  expect(await faults()).toEqual([]);
});

test("L23 where the others end is taken in at the beginning and at the end of a life, by the lead and by the next in the alphabet", async () => {
  const { live, entriesOf } = await world("ada", "bob", "cleo", "lead");
  for (const name of ["ada", "bob", "cleo"]) {
    const audit = await live(name);
    await audit.record(LINE);
    await audit.close();
  }
  const lead = await live("lead");
  const anchors = (name: string): unknown =>
    entriesOf(name).flatMap(({ of }) =>
      of === undefined ? [] : [(of as { member: string; seq: number }).member],
    );

  expect(anchors("lead")).toEqual(["ada", "bob", "cleo"]);
  expect(anchors("ada")).toEqual([]);
  expect(anchors("bob")).toEqual(["ada"]);
  expect(anchors("cleo")).toEqual(["bob"]);

  await lead.close();
  expect(kinds(entriesOf("lead"))).toEqual(["opened", "anchor", "anchor", "anchor", "closed"]);
});

test("L23 a log that was cut, written anew or removed is found by what the others saw of it", async () => {
  const { live, pathOf, faults, troubles } = await world("ada", "lead");
  const ada = await live("ada");
  for (let line = 0; line < 5; line++) await ada.record(LINE);
  await ada.close();
  await ada.team.close();
  const lead = await live("lead");
  const bytes = readFileSync(pathOf("ada"));
  const half = bytes.subarray(0, bytes.indexOf("\n\n", 900) + 1);

  writeFileSync(pathOf("ada"), half);
  expect(await faults()).toEqual([
    expect.stringMatching(/^ada 7 is gone: the log ends at entry \d, as entry 2 of lead saw it$/),
  ]);

  await lead.close();
  expect(troubles).toMatchObject([
    { message: expect.stringMatching(/ends at entry \d; entry 7 stood there before/) as unknown },
  ]);

  const again = await live("ada");
  for (let line = 0; line < 8; line++) await again.record(LINE);
  expect(await faults()).toEqual([
    "ada 7 is another entry than the one that stood there, as entry 2 of lead saw it",
  ]);

  rmSync(pathOf("ada"));
  expect(await faults()).toEqual([
    "ada 7 the whole log is gone; this entry stood there, as entry 2 of lead saw it",
  ]);
});

test("the ends are told when a team is stopped, for whoever keeps them", async () => {
  const { live, team, entriesOf } = await world("ada", "lead");
  const ada = await live("ada");
  await ada.record(LINE);
  await ada.close();

  expect(auditHeads(team)).toEqual([{ member: "ada", seq: 3, hash: entriesOf("ada")[2]?.["hash"] }]);
});

test("L23 a log of any length is gone on with from its end, and is not taken for looked at when it was not", async () => {
  const { live, pathOf, entriesOf, faults } = await world("ada", "lead");
  await (await live("ada")).close();
  const bytes = readFileSync(pathOf("ada"));
  const { size } = statSync(pathOf("ada"));
  // A hole: long, and no burden for the disk.
  truncateSync(pathOf("ada"), 0);
  truncateSync(pathOf("ada"), 600 * 1024 * 1024 - size);
  appendFileSync(pathOf("ada"), bytes);

  const audit = await live("ada");
  await audit.record(LINE);

  expect(lastEntries(pathOf("ada"), 2)).toMatchObject([
    { seq: 3, kind: "opened", prev: lastHash(bytes) },
    { seq: 4, kind: "tool" },
  ]);
  await live("lead");
  expect(kinds(entriesOf("lead"))).toEqual(["opened", "anchor"]);
  expect(await faults()).toEqual(["ada end was not looked at: it has more than 536870912 bytes"]);
});

test("what stands behind the last entry is accounted for, however much it is", async () => {
  const { live, pathOf } = await world("ada");
  await (await live("ada")).close();
  const end = statSync(pathOf("ada")).size;
  truncateSync(pathOf("ada"), end + 9 * 1024 * 1024);

  await live("ada");

  expect(lastEntries(pathOf("ada"), 2)).toMatchObject([
    { seq: 3, kind: "recovered", torn: 9 * 1024 * 1024 },
    { seq: 4, kind: "opened" },
  ]);
});

function lastEntries(path: string, count: number): readonly unknown[] {
  const file = openSync(path, "r");
  try {
    const bytes = Buffer.alloc(4_096);
    const size = readSync(file, bytes, 0, bytes.length, statSync(path).size - bytes.length);
    return linesIn(bytes.subarray(0, size)).slice(-count);
  } finally {
    closeSync(file);
  }
}

function lastHash(bytes: Buffer): unknown {
  return linesIn(bytes).at(-1)?.["hash"];
}

function linesIn(bytes: Buffer): readonly Record<string, unknown>[] {
  const lines = bytes.toString("utf8").split("\n");
  return lines
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
