import { readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { InstanceId, type MemberName, TaskId } from "../../src/protocol/names.ts";
import { joinMember } from "../../src/team/members.ts";
import { openTeam } from "../../src/team/open-team.ts";
import { stateHash } from "../../src/team/state-hash.ts";
import { claimTask, createTask, noteTask } from "../../src/team/tasks.ts";
import { canMount, smallDisk } from "../support/small-disk.ts";
import { ada, bob } from "../support/store-entries.ts";
import { type FileTeam, fileTeam } from "../support/store-team.ts";
import { testHost } from "../support/test-host.ts";

/** A page of the small disk: a file grows into a new one only while there is room. */
const PAGE = 4096;

async function processOn(team: FileTeam, name: string): ReturnType<typeof openTeam> {
  const { store } = await team.open();
  return openTeam(store, testHost(name), InstanceId.parse(name));
}

type Process = Awaited<ReturnType<typeof openTeam>>;

/** Fills the last page of the journal but for `left` bytes, by a note. */
async function fillPage(team: Process, path: string, by: MemberName, left: number): Promise<void> {
  const task = TaskId.parse("1");
  const before = statSync(path).size;
  await noteTask(team, by, task, "x");
  const after = statSync(path).size;
  const missing = PAGE - ((after + (after - before)) % PAGE);
  await noteTask(team, by, task, "x".repeat(1 + missing + (missing < left ? PAGE : 0) - left));
}

test.skipIf(!canMount).each([
  ["no byte of it fits: refused", 0, /^cannot append to .*1\.jsonl: ENOSPC$/],
  ["a part of it fits: uncertain", 40, /^uncertain .*cannot append to .*1\.jsonl: ENOSPC$/],
])(
  "C1 M2 a disk that is full in the middle of a claim, %s; the old state stays whole, the claim works again with room (needs root and mount)",
  async (_name, left, message) => {
    const disk = smallDisk();
    expect(disk, "mount is allowed, yet failed").toBeDefined();
    const files = await fileTeam(disk);
    const team = await processOn(files, "claimer-1");
    await joinMember(team, "user", { name: bob, backend: "hand", definition: {} });
    await createTask(team, "user", { subject: "Only one" });
    await fillPage(team, files.segment(1), bob, left);
    const before = { hash: stateHash(team.state()), journal: readFileSync(files.segment(1)) };
    const ballast = join(files.configDir, "ballast");
    expect(() => writeFileSync(ballast, "x".repeat(100_000))).toThrow("ENOSPC");
    const task = TaskId.parse("1");

    const failed: unknown = await claimTask(team, bob, task).catch((error: unknown) => error);

    expect(failed).toMatchObject({ code: "disk_full", message: expect.stringMatching(message) as string });
    const other = await processOn(files, "observer-1");
    expect([stateHash(team.state()), stateHash(other.state())]).toEqual([before.hash, before.hash]);
    expect(readFileSync(files.segment(1)).subarray(0, before.journal.length)).toEqual(before.journal);
    rmSync(ballast);
    expect(await claimTask(team, bob, task)).toMatchObject({ ok: true, task: { owner: "bob", attempts: 1 } });
    expect((await other.readOn()).tasks.get(task)?.owner).toBe("bob");
    expect(await claimTask(other, ada, task)).toMatchObject({ ok: false });
  },
);
