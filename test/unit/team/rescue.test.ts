import { describe, expect, test } from "vitest";
import { sweep } from "../../../src/team/rescue.ts";
import type { Member } from "../../../src/team/state.ts";
import { claimTask } from "../../../src/team/tasks.ts";
import type { Team } from "../../../src/team/team.ts";
import { ada, bob, cyd, id, instance } from "../../support/team-entries.ts";
import { addTasks, openProcesses } from "../../support/team-processes.ts";

const dead = async (): Promise<boolean> => true;
const alive = async (): Promise<boolean> => false;

async function startBob(team: Team, life: string): Promise<void> {
  await team.commit({ op: "start", by: "system", member: bob, instance: instance(life) });
}

/** Bob lives and has the tasks 1 and 2 of three; cyd, who joined by hand, has the third. */
async function bobAtWork() {
  const processes = await openProcesses();
  const { lead } = processes;
  await addTasks(lead, 3);
  await startBob(lead, "life1");
  await claimTask(lead, bob, id(1));
  await claimTask(lead, bob, id(2));
  await claimTask(lead, cyd, id(3));
  return processes;
}

describe("sweep", () => {
  test("A6 frees what a dead member had, counts the death, and leaves the others alone", async () => {
    const { lead } = await bobAtWork();
    const asked: Member["name"][] = [];

    const freed = await sweep(lead, "system", async ({ name }) => {
      asked.push(name);
      return name === bob;
    });

    expect(freed.map((task) => [task.id, task.status, task.deaths, task.previousOwner])).toEqual([
      ["1", "pending", 1, "bob"],
      ["2", "pending", 1, "bob"],
    ]);
    expect(asked).toEqual(["bob"]);
    expect(lead.state().tasks.get(id(3))?.owner).toBe("cyd");
  });

  test("does nothing while the owner lives", async () => {
    const { lead } = await bobAtWork();

    expect(await sweep(lead, cyd, alive)).toEqual([]);
    expect(lead.state().tasks.get(id(1))?.owner).toBe("bob");
  });

  test("needs no evidence for a life that has ended", async () => {
    const { lead } = await bobAtWork();
    await lead.commit({ op: "end", by: "system", member: bob, instance: instance("life1"), how: "died" });

    const freed = await sweep(lead, cyd, alive);

    expect(freed.map((task) => task.id)).toEqual(["1", "2"]);
  });

  test("A6 two sweeps at once free each task once and count one death", async () => {
    const { lead, one, two } = await bobAtWork();
    await Promise.all([one.readOn(), two.readOn()]);

    const freed = await Promise.all([
      sweep(one, cyd, dead),
      sweep(two, ada, dead),
      sweep(lead, "system", dead),
    ]);

    expect(
      freed
        .flat()
        .map((task) => task.id)
        .toSorted(),
    ).toEqual(["1", "2"]);
    expect((await lead.readOn()).tasks.get(id(1))?.deaths).toBe(1);
  });

  test("a claim made while the evidence was looked for is not the dead one's", async () => {
    const { lead, one } = await bobAtWork();
    await one.readOn();

    const freed = await sweep(one, cyd, async () => {
      const claim = lead.state().tasks.get(id(1))?.claim;
      if (claim) await lead.commit({ op: "release", by: "system", task: id(1), claim, why: "died" });
      await claimTask(lead, ada, id(1));
      return true;
    });

    expect(freed.map((task) => task.id)).toEqual(["2"]);
    expect(one.state().tasks.get(id(1))).toMatchObject({ owner: "ada", deaths: 1 });
  });

  test("a member that was started again meanwhile keeps the tasks of its former life", async () => {
    const { lead, one } = await bobAtWork();
    await one.readOn();

    const freed = await sweep(one, cyd, async () => {
      await startBob(lead, "life2");
      return true;
    });

    expect(freed).toEqual([]);
    expect((await one.readOn()).tasks.get(id(1))?.owner).toBe("bob");
  });

  test("a life that had ended when the sweep began, and was followed by another since, keeps its tasks", async () => {
    const { lead, one } = await bobAtWork();
    await lead.commit({ op: "end", by: "system", member: bob, instance: instance("life1"), how: "died" });
    await one.readOn();
    await startBob(lead, "life2");

    const freed = await sweep(one, cyd, alive);

    expect(freed).toEqual([]);
    expect((await one.readOn()).tasks.get(id(1))).toMatchObject({ owner: "bob", deaths: 0 });
  });
});
