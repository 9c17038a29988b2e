import { closeSync, openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { bob, claim, id, idsOf, message } from "../../../support/store-entries.ts";
import { fileTeam } from "../../../support/store-team.ts";

const first = "instance-0.1";
const power = { durability: "power" } as const;

describe('durability "power"', () => {
  test("an append is on the device, and its folder too, before it is answered", async () => {
    const team = await fileTeam();
    const { store, fs } = await team.open(power);

    await store.journal.append(claim(1));

    const path = team.segment(1);
    const order = fs.calls.filter((call) => /^(append|sync|syncFolder) /.test(call));
    expect(order).toEqual([
      `syncFolder ${team.paths.journal}`,
      `syncFolder ${team.paths.root}`,
      `append ${path}`,
      `sync ${path}`,
    ]);
  });

  test("one sync serves all appends that wait for it", async () => {
    const team = await fileTeam();
    const { store, fs } = await team.open(power);
    const counters = Array.from({ length: 50 }, (_, index) => index + 1);

    const answers = await Promise.all(counters.map((counter) => store.journal.append(claim(counter))));

    expect(new Set(answers)).toEqual(new Set(["done"]));
    const syncs = fs.calls.filter((call) => call.startsWith("sync "));
    expect(syncs.length).toBeGreaterThan(0);
    expect(syncs.length).toBeLessThan(25);
    const lastAppend = fs.calls.findLastIndex((call) => call.startsWith("append "));
    expect(fs.calls.findLastIndex((call) => call.startsWith("sync "))).toBeGreaterThan(lastAppend);
  });

  test("C6 after a failed sync the file is never called good again: uncertain, then the next segment", async () => {
    const team = await fileTeam();
    const { store, fs } = await team.open(power);
    await store.journal.append(claim(1));
    fs.fault({ call: "sync", fault: { fail: "EIO" } });

    expect(await store.journal.append(claim(2))).toBe("uncertain");
    expect(await store.journal.append(claim(2))).toBe("done");

    const after = fs.calls.slice(fs.calls.lastIndexOf(`create ${team.segment(2)}`));
    expect(after).toContain(`sync ${team.segment(2)}`);
    expect(await idsOf(store.journal)).toEqual([first, id(1), id(2), id(2)]);
  });

  test("C6 an entry that is found after a lost answer is not called good by a sync of another file", async () => {
    const team = await fileTeam();
    const { store, fs } = await team.open(power);
    await store.journal.append(claim(1));
    // The number of the closed descriptor goes to whoever opens next: a sync by that number would say "good".
    const other = join(team.configDir, "other");
    writeFileSync(other, "");
    let descriptor: number | undefined;
    const takeNumber = async (): Promise<void> => {
      descriptor ??= openSync(other, "r");
    };
    onTestFinished(() => {
      if (descriptor !== undefined) closeSync(descriptor);
    });
    fs.fault({ call: "append", fault: { loseAnswer: "EIO" } });
    fs.fault({ call: "sync", fault: { before: takeNumber } });

    expect(await store.journal.append(claim(2))).toBe("uncertain");
    expect(await store.journal.append(claim(2))).toBe("done");

    const order = fs.calls.filter((call) => /^(append|sync) /.test(call));
    expect(order.slice(-2)).toEqual([`append ${team.segment(1)}`, `sync ${team.segment(1)}`]);
    expect(await idsOf(store.journal)).toEqual([first, id(1), id(2), id(2)]);
  });

  test("a seal is on the device before anything counts behind it", async () => {
    const team = await fileTeam();
    const { store, fs } = await team.open({ ...power, sealBytes: 350 });
    for (const counter of [1, 2, 3, 4]) await store.journal.append(claim(counter));

    const sealSynced = fs.calls.lastIndexOf(`sync ${team.segment(1)}`);
    const next = fs.calls.indexOf(`append ${team.segment(2)}`);

    expect(sealSynced).toBeGreaterThan(0);
    expect(next).toBeGreaterThan(sealSynced);
    expect(await idsOf(store.journal)).toEqual([first, id(1), id(2), id(3), id(4)]);
  });

  test("a body is on the device, with its name, before its message can speak of it", async () => {
    const team = await fileTeam();
    const { store, fs } = await team.open(power);

    await store.bodies.put("text");

    const order = fs.calls.map((call) => call.split(" ")[0]).slice(-5);
    expect(order).toEqual(["create", "openAppend", "sync", "rename", "syncFolder"]);
  });

  test("without it nothing is synced", async () => {
    const team = await fileTeam();
    const { store, fs } = await team.open();

    await store.journal.append(claim(1));
    await store.mailbox(bob).append(message(1, "hello"));
    await store.bodies.put("text");

    expect(fs.calls.filter((call) => call.startsWith("sync"))).toEqual([]);
  });
});
