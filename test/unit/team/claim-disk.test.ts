import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { InstanceId, MemberName, TaskId } from "../../../src/protocol/names.ts";
import { joinMember } from "../../../src/team/members.ts";
import { openTeam } from "../../../src/team/open-team.ts";
import { claimTask, createTask } from "../../../src/team/tasks.ts";
import type { Team } from "../../../src/team/team.ts";
import type { FaultyFs } from "../../support/store-faulty-fs.ts";
import { type FileTeam, fileTeam } from "../../support/store-team.ts";
import { testHost } from "../../support/test-host.ts";

const bob = MemberName.parse("bob");
const first = TaskId.parse("1");

async function processOn(files: FileTeam, name: string): Promise<{ team: Team; fs: FaultyFs }> {
  const { store, fs } = await files.open();
  return { team: await openTeam(store, testHost(name), InstanceId.parse(name)), fs };
}

async function oneTask(): Promise<{ files: FileTeam; team: Team; fs: FaultyFs }> {
  const files = await fileTeam();
  const { team, fs } = await processOn(files, "claimer-1");
  await joinMember(team, "user", { name: bob, backend: "hand", definition: {} });
  await createTask(team, "user", { subject: "Only one" });
  return { files, team, fs };
}

test.each(["ENOSPC", "EDQUOT", "EIO", "EMFILE"])(
  "C1 C2 C3 C6 %s at any call of a claim: explained, nothing else changed, and won by one with the next try",
  async (errno) => {
    for (let skip = 0; ; skip++) {
      const { files, team, fs } = await oneTask();
      const before = readFileSync(files.segment(1), "utf8");
      const count = fs.fault({ call: "any", fault: { fail: errno }, skip });

      const outcome = await claimTask(team, bob, first).catch((error: unknown) => error);
      if (count() === 0) break;
      const again = await claimTask(team, bob, first);
      const other = (await processOn(files, "observer-1")).team.state().tasks.get(first);

      const explained = { message: expect.stringMatching(`${files.paths.root}.*${errno}`) as string };
      const isWon = !(outcome instanceof Error);
      // Whoever was told "uncertain" may find its own claim there; nobody else is told anything but "won".
      const mayStand = isWon || String(outcome).includes("uncertain");
      expect({ skip, outcome, again, other }).toMatchObject({
        outcome: isWon ? { ok: true } : explained,
        again: mayStand && !again.ok ? { reason: { kind: "taken", by: "bob" } } : { ok: true },
        other: { owner: "bob", attempts: 1, claim: team.state().tasks.get(first)?.claim },
      });
      expect(readFileSync(files.segment(1), "utf8").startsWith(before)).toBe(true);
    }
  },
);
