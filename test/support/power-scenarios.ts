import { setImmediate as turn } from "node:timers/promises";
import type { RunFile } from "../../src/protocol/files.ts";
import { MemberName } from "../../src/protocol/names.ts";
import { openTranscript } from "../../src/runtime/transcript.ts";
import { removeTeamFolder } from "../../src/store/files/team-folders.ts";
import { openJournalReader } from "../../src/team/journal-reader.ts";
import { openMailbox, sendMessage } from "../../src/team/mail.ts";
import { joinMember } from "../../src/team/members.ts";
import { claimTask, completeTask, createTask } from "../../src/team/tasks.ts";
import type { Team } from "../../src/team/team.ts";
import type { PowerCase } from "./power-case.ts";
import { ADA, BOB, LEAD, OWNERS, type PowerWorld, taskId } from "./power-work.ts";

/** What a team does while the power may fail. `from`: calls in front of it are not cut into. */
export interface Scenario {
  readonly name: string;
  readonly run: (
    world: PowerWorld,
  ) => Promise<{ readonly from?: number; readonly more?: Partial<PowerCase> }>;
}

/** A new body of this many characters does not fit into a line. */
const LONG = 300_000;
const DAY_MS = 24 * 60 * 60 * 1000;

export const SCENARIOS: readonly Scenario[] = [
  {
    name: "a team is made, works, and writes its first letters, with nothing settled",
    run: async (world) => {
      await world.create();
      const ada = await world.process("adaslife");
      await claimTask(ada, ADA, taskId(1));
      await sendMessage(ada, ADA, { to: ["bob"], text: "hello" });
      await completeTask(ada, ADA, taskId(1));
      await ada.close();
      return {};
    },
  },
  {
    name: "tasks are made, claimed and completed",
    run: async (world) => {
      const from = await settled(world);
      const ada = await world.process("adaslife");
      await createTask(ada, LEAD, { subject: "three", description: "long ".repeat(40) });
      await claimTask(ada, ADA, taskId(3));
      await completeTask(ada, ADA, taskId(3), "done");
      await ada.close();
      return { from };
    },
  },
  {
    name: "the first letter to somebody, then another",
    run: async (world) => {
      const from = await settled(world);
      const ada = await world.process("adaslife");
      await sendMessage(ada, ADA, { to: ["bob"], text: "hello" });
      await sendMessage(ada, ADA, { to: ["bob", "user"], text: "and again" });
      await ada.close();
      return { from };
    },
  },
  {
    name: "a letter with a long body, sent by two processes at once",
    run: async (world) => {
      const from = await settled(world);
      const text = "x".repeat(LONG);
      const texts = new Map<string, string>();
      const send = async (team: Team, by: MemberName, to: string): Promise<void> => {
        const sent = await sendMessage(team, by, { to: [to], text });
        if (sent.ok) for (const { id } of sent.messages) texts.set(id, text);
      };
      const [ada, bob] = await Promise.all([world.process("adaslife"), world.process("bobslife")]);
      // The second finds the file of the first while the first still waits for its name to be on the device.
      const release = world.holdSync(world.paths.bodies);
      const first = send(ada, ADA, "lead");
      while (!world.list.calls.some((call) => call.kind === "rename" && call.to.includes("/bodies/")))
        await turn();
      await send(bob, BOB, "user");
      release();
      await first;
      await close(ada, bob);
      return { from, more: { texts } };
    },
  },
  {
    name: "mail is received: transcript, then cursor",
    run: async (world) => {
      await world.create();
      const ada = await world.process("adaslife");
      await sendMessage(ada, ADA, { to: ["bob"], text: "one" });
      world.list.settle();
      const from = world.list.calls.length;
      const bob = await world.process("bobslife");
      await receive(bob, BOB);
      await sendMessage(ada, ADA, { to: ["bob"], text: "two" });
      await receive(bob, BOB);
      await sendMessage(ada, ADA, { to: ["bob"], text: "three" });
      await close(ada, bob);
      return { from };
    },
  },
  {
    name: "a snapshot is written",
    run: async (world) => {
      const from = await settled(world);
      const ada = await world.process("adaslife");
      await createTask(ada, LEAD, { subject: "three" });
      await saveSnapshot(ada);
      await createTask(ada, LEAD, { subject: "four" });
      await saveSnapshot(ada);
      await claimTask(ada, ADA, taskId(3));
      await ada.close();
      return { from };
    },
  },
  {
    name: "the journal goes on in its next segment, with a snapshot behind it",
    run: async (world) => {
      const from = await settled(world);
      const ada = await world.process("adaslife", { sealBytes: 1_300 });
      await createTask(ada, LEAD, { subject: "three" });
      await createTask(ada, LEAD, { subject: "four" });
      await claimTask(ada, ADA, taskId(3));
      await saveSnapshot(ada);
      await completeTask(ada, ADA, taskId(3));
      await ada.close();
      return { from };
    },
  },
  {
    name: "two processes seal the journal and go on",
    run: async (world) => {
      const from = await settled(world);
      const [ada, bob] = await Promise.all([
        world.process("adaslife", { sealBytes: 1_300 }),
        world.process("bobslife", { sealBytes: 1_300 }),
      ]);
      await Promise.all([workOn(ada, ADA, 1), workOn(bob, BOB, 2)]);
      await close(ada, bob);
      return { from };
    },
  },
  {
    name: "a mailbox goes on in its next segment, and what was read is removed a day later",
    run: async (world) => {
      await world.create();
      const options = { mailSealBytes: 500 };
      const ada = await world.process("adaslife", options);
      await sendMessage(ada, ADA, { to: ["bob"], text: "one" });
      world.list.settle();
      const from = world.list.calls.length;
      for (const text of ["two", "three", "four"]) await sendMessage(ada, ADA, { to: ["bob"], text });
      const bob = await world.process("bobslife", options);
      world.disk.passTime(2 * DAY_MS);
      await receive(bob, BOB);
      await sendMessage(ada, ADA, { to: ["bob"], text: "five" });
      await receive(bob, BOB);
      await close(ada, bob);
      return { from };
    },
  },
  {
    name: "somebody joins, a supervisor takes the lease, lives begin and say that they live",
    run: async (world) => {
      const from = await settled(world);
      const team = await world.process("superviso");
      await joinMember(team, LEAD, { name: MemberName.parse("cyd"), backend: "child", definition: {} });
      await team.commit({ op: "lease", by: "system", instance: world.instance("superviso"), pid: 4_000_001 });
      await team.store.presence.write(runFile(world, "superviso", null));
      await team.commit({ op: "start", by: "system", member: ADA, instance: world.instance("adaslife") });
      await team.store.presence.write(runFile(world, "adaslife", ADA));
      await claimTask(team, ADA, taskId(1));
      await team.store.presence.write(runFile(world, "adaslife", ADA));
      await team.close();
      return { from, more: { owners: [...OWNERS, MemberName.parse("cyd")] } };
    },
  },
  {
    name: "two processes at once: claims, letters to one mailbox, one sync for both",
    run: async (world) => {
      const from = await settled(world);
      const [ada, bob] = await Promise.all([world.process("adaslife"), world.process("bobslife")]);
      await Promise.all([struggle(ada, ADA), struggle(bob, BOB)]);
      await close(ada, bob);
      return { from };
    },
  },
  {
    name: "a team is removed",
    run: async (world) => {
      await world.create();
      const ada = await world.process("adaslife");
      await sendMessage(ada, ADA, { to: ["bob"], text: "one" });
      await ada.close();
      world.list.settle();
      const from = world.list.calls.length;
      await removeTeamFolder(world.fs(), world.configDir, world.team);
      world.list.ack("removed");
      return { from, more: { isRemoved: true } };
    },
  },
];

/** A sync fails once in the middle of the work: what is answered later still stands. */
export const FAILED_SYNC: Scenario = {
  name: "a sync fails, and the work goes on",
  run: async (world) => {
    const from = await settled(world);
    const ada = await world.process("adaslife");
    await createTask(ada, LEAD, { subject: "three" });
    world.failSync(world.paths.journal);
    await claimTask(ada, ADA, taskId(3));
    await completeTask(ada, ADA, taskId(3));
    world.failSync(world.paths.mailbox(BOB));
    await sendMessage(ada, ADA, { to: ["bob"], text: "one" });
    await sendMessage(ada, ADA, { to: ["bob"], text: "two" });
    await ada.close();
    return { from, more: { hasHoles: true } };
  },
};

async function settled(world: PowerWorld): Promise<number> {
  await world.create();
  world.list.settle();
  return world.list.calls.length;
}

async function workOn(team: Team, by: MemberName, number: number): Promise<void> {
  await claimTask(team, by, taskId(number));
  await createTask(team, by, { subject: `of ${by}` });
  await completeTask(team, by, taskId(number));
}

/** For tasks that the other one wants too. */
async function struggle(team: Team, by: MemberName): Promise<void> {
  await claimTask(team, by, taskId(1));
  await sendMessage(team, by, { to: ["lead"], text: `from ${by}` });
  await claimTask(team, by, taskId(2));
}

async function close(...teams: readonly Team[]): Promise<void> {
  for (const team of teams) await team.close();
}

/** As a member does: into the transcript, then the cursor, then the model's answer. */
async function receive(team: Team, owner: MemberName): Promise<void> {
  const transcript = await openTranscript(team, owner);
  const mailbox = await openMailbox(team, owner, transcript.seenMail);
  for (const message of await mailbox.take()) {
    await transcript.record({ inputs: [message.id], message: { role: "user", content: message.text ?? "" } });
    await mailbox.delivered(message);
    await mailbox.read(message);
  }
}

/** As whoever wrote the 5,000th entry does. */
async function saveSnapshot(team: Team): Promise<void> {
  const reader = await openJournalReader(team.store);
  await reader.readOn();
  await reader.saveSnapshot();
}

function runFile(world: PowerWorld, instance: string, member: MemberName | null): RunFile {
  const at = "2026-11-20T12:00:00.000Z";
  return {
    v: 1,
    pid: 4_000_000,
    startTime: "1",
    // Of the boot that the cut ended.
    bootId: "the-boot-before",
    pidNs: "pid:[1]",
    instance: world.instance(instance),
    member,
    version: "0.0.0",
    startedAt: at,
    beat: at,
    status: "working",
    since: at,
    task: null,
    model: null,
    usage: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, costUsd: null },
    context: { used: 0, max: null },
  };
}
