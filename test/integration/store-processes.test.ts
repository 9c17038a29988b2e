import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { Store } from "../../src/store/store.ts";
import { bob, claim, readAll } from "../support/store-entries.ts";
import { fileTeam } from "../support/store-team.ts";
import { until } from "../support/until.ts";

interface Writer {
  readonly child: ChildProcess;
  readonly acknowledged: () => string[];
  readonly ended: Promise<unknown>;
}

function startWriter(configDir: string, instance: string, count: number, sealBytes: number): Writer {
  const program = join(import.meta.dirname, "../fixtures/store-writer.mjs");
  const child = spawn(process.execPath, [program, configDir, instance, String(count), String(sealBytes)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let output = "";
  child.stdout.on("data", (text: Buffer) => {
    output += text.toString();
  });
  return {
    child,
    acknowledged: () =>
      output
        .split("\n")
        .filter((line) => line.startsWith("ACK "))
        .map((line) => line.slice(4)),
    ended: once(child, "close"),
  };
}

async function startAll(writers: readonly Writer[]): Promise<void> {
  const ready = writers.map(({ child }) => once(child.stdout ?? child, "data"));
  await Promise.all(ready);
  for (const { child } of writers) child.stdin?.write("go\n");
}

/** Ids in the order of each log; one that was appended again after "uncertain" counts where it stands first. */
async function idsIn(store: Store): Promise<{ journal: string[]; mailbox: string[] }> {
  const journal = await readAll(store.journal);
  const mailbox = await readAll(store.mailbox(bob));
  return {
    journal: [...new Set(journal.entries.slice(1).map((entry) => entry.id))],
    mailbox: [...new Set(mailbox.entries.map((entry) => entry.id))],
  };
}

function counters(ids: readonly string[], instance: string): number[] {
  return ids.filter((one) => one.startsWith(`${instance}.`)).map((one) => Number(one.split(".")[1]));
}

test("A14 M5 M6 what four processes append at once, over many seals, stands once each and in the order of each", async () => {
  const team = await fileTeam();
  const names = ["writer-a", "writer-b", "writer-c", "writer-d"];
  const writers = names.map((name) => startWriter(team.configDir, name, 200, 300_000));

  await startAll(writers);
  await Promise.all(writers.map(({ ended }) => ended));

  const { store } = await team.open();
  const ids = await idsIn(store);
  expect(writers.map((writer) => writer.acknowledged().length)).toEqual([200, 200, 200, 200]);
  for (const name of names) {
    expect(counters(ids.journal, name)).toEqual(Array.from({ length: 100 }, (_, index) => 2 * (index + 1)));
    expect(counters(ids.mailbox, name)).toEqual(Array.from({ length: 100 }, (_, index) => 2 * index + 1));
  }
  expect(store.torn().filter(({ why }) => why !== "behind_seal")).toEqual([]);
  expect(await store.journal.end()).not.toMatch(/^1:/);
});

test("A1 A2 A11 A14 M1 kill -9 of writers in the middle loses nothing acknowledged and harms no other", async () => {
  for (let round = 0; round < 3; round++) {
    const team = await fileTeam();
    const names = ["writer-a", "writer-b", "writer-c"];
    const writers = names.map((name) => startWriter(team.configDir, name, 2_000, 500_000));
    await startAll(writers);
    const [first, second, third] = writers;

    await until(() => first && first.acknowledged().length > 50 * (round + 1));
    first?.child.kill("SIGKILL");
    second?.child.kill("SIGKILL");
    await until(() => third && third.acknowledged().length > 300, { within: 15_000 });
    third?.child.kill("SIGKILL");
    await Promise.all(writers.map(({ ended }) => ended));

    const { store } = await team.open();
    const ids = new Set(Object.values(await idsIn(store)).flat());
    const missing = writers.flatMap((writer) => writer.acknowledged()).filter((one) => !ids.has(one));
    expect(missing).toEqual([]);
    expect(store.torn().filter(({ why }) => why !== "behind_seal").length).toBeLessThanOrEqual(
      writers.length,
    );
    expect(await store.journal.append(claim(1))).toBe("done");
    expect((await readAll(store.journal)).entries.at(-1)).toEqual(claim(1));
  }
}, 60_000);

test("a reader in another process hears of an append by its watch, long before a poll", async () => {
  const team = await fileTeam();
  const reader = (await team.open({ pollMs: 60_000 })).store;
  const writer = startWriter(team.configDir, "writer-a", 2, 1_000_000);
  const stopping = new AbortController();
  onTestFinished(() => stopping.abort());
  const changes = reader.journal.changes(stopping.signal)[Symbol.asyncIterator]();
  await changes.next();
  let { next } = await readAll(reader.journal);
  const seen: string[] = [];

  await startAll([writer]);
  while (seen.length === 0) {
    await changes.next();
    const more = await readAll(reader.journal, next);
    ({ next } = more);
    seen.push(...more.entries.map((entry) => entry.id));
  }

  expect(seen).toEqual(["writer-a.2"]);
  await writer.ended;
});
