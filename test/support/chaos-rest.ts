import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { MemberName, type TaskId } from "../../src/protocol/names.ts";
import { lifeOf } from "../../src/runtime/liveness.ts";
import { taskTools } from "../../src/runtime/team-tools-tasks.ts";
import { isHeld, openTasks } from "../../src/team/derive.ts";
import { readMailbox, sendMessage } from "../../src/team/mail.ts";
import { taskHistory } from "../../src/team/tasks.ts";
import { CENSUS, PLAN } from "./chaos-script.ts";
import { type Siege, TEAM } from "./chaos-siege.ts";
import { readTurns, resultsOf } from "./chaos-transcript.ts";
import { until } from "./until.ts";

const REMIND_MS = 10_000;

export async function everybodyIsThere(siege: Siege): Promise<void> {
  await until(async () => (await siege.processes()).length === siege.members.length + 1, {
    within: 120_000,
    every: 250,
    what: "everybody is there",
  });
}

/** What a person would do who sits beside: brings back who was given up, reopens what is held, asks for more tasks. */
export async function tend(siege: Siege, { wantsMore = true } = {}): Promise<void> {
  const { team } = siege;
  await revive(siege);
  const state = await team.readOn();
  try {
    for (const task of state.tasks.values())
      if (isHeld(task) || task.status === "failed")
        await team.commit({ op: "reopen", by: "user", task: task.id });
    if (!wantsMore) return;
    const sent = await sendMessage(team, "user", { to: ["lead"], text: `${PLAN} b${siege.diary.length}` });
    if (sent.ok) siege.acknowledged.push(...sent.messages.map(({ id }) => ({ log: "mail/lead", id })));
  } catch (error) {
    // The disk may be full just now.
    siege.note(`not tended: ${String(error)}`);
  }
}

/** `troupe resume` when nobody supervises, or when somebody rests whom nobody stopped for good. */
async function revive(siege: Siege): Promise<void> {
  const supervisors = (await siege.processes()).filter(({ agent }) => agent === undefined);
  const rests: string[] = [];
  for (const member of (await siege.team.readOn()).members.values()) {
    const { verdict } = await lifeOf(siege.team, member);
    if (member.life?.ended && (verdict === "stopped" || member.life.ended.how === "failed"))
      rests.push(member.name);
  }
  if (supervisors.length > 0 && rests.length === 0) return;
  siege.note(`resting: ${rests.join(", ")}`);
  await siege.type("resume", TEAM);
}

/** Until everybody is there and idle, all tasks are done, and everything that was sent has been heard. */
export async function bringToRest(siege: Siege, withinMs: number): Promise<void> {
  await siege.everybodyGoesOn();
  siege.note("the chaos is over");
  // What nobody has begun would only take time.
  for (const { id, status } of (await siege.team.readOn()).tasks.values())
    if (status === "pending") await siege.team.commit({ op: "delete", by: "user", task: id });
  // A cursor that was deleted is written anew with the next message, and until then nobody knows what was heard.
  const bare = siege.members.filter((name) => !existsSync(join(siege.teamDir, "mail", name, "cursor.json")));
  if (bare.length > 0) await sendMessage(siege.team, "user", { to: bare, text: "It is over." });
  const remind = createReminder(siege);
  const open = async (): Promise<string | undefined> => {
    await tend(siege, { wantsMore: false });
    const state = await siege.team.readOn();
    const tasks = openTasks(state);
    await remind(tasks);
    const [first] = tasks;
    if (first !== undefined) return `${tasks.length} open tasks, first ${await storyOf(siege, first)}`;
    for (const name of siege.members.map((word) => MemberName.parse(word))) {
      const mail = await readMailbox(siege.team, name);
      const waiting = mail.filter(({ state: receipt }) => receipt !== "read");
      if (waiting.length > 0)
        return `${waiting.length} unread messages of ${name}, first ${waiting[0]?.message.id} ${waiting[0]?.state}`;
    }
    return undefined;
  };
  let last: string | undefined = "";
  await until(
    async () => {
      last = await open();
      return last === undefined;
    },
    { within: withinMs, every: 500 },
  ).catch((error: unknown) => {
    throw new Error(`the team does not come to rest: ${last}`, { cause: error });
  });
  siege.note("at rest");
}

/**
 * A reply that was cut in its middle makes the scripted model forget what it was doing. troupe reminds an idle owner after
 * a minute, then after two; a person who waits for it does so sooner, in the same words.
 */
function createReminder(siege: Siege): (tasks: readonly TaskId[]) => Promise<void> {
  let last = performance.now();
  return async (tasks) => {
    if (performance.now() - last < REMIND_MS) return;
    last = performance.now();
    for (const id of tasks) {
      const owner = siege.team.state().tasks.get(id)?.owner;
      if (owner === undefined || owner === "user") continue;
      const run = await siege.team.store.presence.read(owner);
      if (run?.status === "idle") await tell(siege, [owner], `You still own task #${id}.`);
    }
  };
}

async function tell(siege: Siege, to: readonly string[], text: string): Promise<void> {
  const sent = await sendMessage(siege.team, "user", { to, text });
  if (!sent.ok) throw new Error(`refused: ${JSON.stringify(sent.reason)}`);
  for (const { id, to: party } of sent.messages) siege.acknowledged.push({ log: `mail/${party}`, id });
}

/** A task with what happened to it last, and who is there. */
async function storyOf({ team }: Siege, id: TaskId): Promise<string> {
  const history = (await taskHistory(team, id))
    .slice(-8)
    .map(({ change, by, at }) => `${change} by ${by} ${at}`);
  return `${JSON.stringify(team.state().tasks.get(id))}: ${history.join(", ")}; ${await livesOf({ team })}`;
}

async function livesOf({ team }: Pick<Siege, "team">): Promise<string> {
  const lives = await Promise.all(
    [...(await team.readOn()).members.values()].map(async (member) => {
      const { verdict, run } = await lifeOf(team, member);
      return `${member.name} ${verdict} ${run?.status ?? ""} since ${run?.since ?? ""} pid ${run?.pid}`;
    }),
  );
  return lives.join(", ");
}

function lastWord(teamDir: string, member: string): string {
  const events = readFileSync(join(teamDir, "agents", member, "events.jsonl"), "utf8")
    .trim()
    .split("\n");
  return `${JSON.stringify(readTurns(teamDir, member).at(-1) ?? null).slice(0, 400)}, events ${events.slice(-12).join(" ")}`;
}

/**
 * Asks every member for the list of tasks and the last of them, which its tools answer from its own fold, and compares
 * with what a fold of ours says. Answers who differs.
 */
export async function askAll(siege: Siege, withinMs: number): Promise<readonly string[]> {
  const { team, members, teamDir } = siege;
  const last = [...(await team.readOn()).tasks.keys()].at(-1) ?? "1";
  const before = new Map(members.map((name) => [name, lists(teamDir, name).length]));
  await tell(siege, members, `${CENSUS} ${last}`);
  let asked = performance.now();
  const silent = (): readonly string[] =>
    members.filter((name) => lists(teamDir, name).length <= (before.get(name) ?? 0));
  await until(
    async () => {
      await tend(siege, { wantsMore: false });
      const rest = silent();
      // Whose reply was cut in its middle is asked again.
      if (rest.length > 0 && performance.now() - asked > REMIND_MS) {
        asked = performance.now();
        await tell(siege, rest, `${CENSUS} ${last}`);
      }
      return rest.length === 0;
    },
    { within: withinMs, every: 500 },
  ).catch(async (error: unknown) => {
    const stories = silent().map((name) => `${name}, whose last word is ${lastWord(teamDir, name)}`);
    throw new Error(`not answered: ${stories.join("; ")}; ${await livesOf(siege)}`, { cause: error });
  });
  const tools = taskTools({ team, me: MemberName.parse("lead"), lead: true, tools: undefined });
  const list = tools.find(({ name }) => name === "TaskList");
  if (!list) throw new Error("no TaskList");
  const own = await list.run({}, new AbortController().signal);
  const expected = typeof own === "string" ? own : own.text;
  return members
    .filter((name) => lists(teamDir, name).at(-1) !== expected)
    .map(
      (name) =>
        `${name} says of the tasks:\n${lists(teamDir, name).at(-1)?.slice(0, 500)}\nnot\n${expected.slice(0, 500)}`,
    );
}

function lists(teamDir: string, member: string): readonly string[] {
  return resultsOf(readTurns(teamDir, member))
    .filter(({ tool }) => tool === "TaskList")
    .map(({ text }) => text);
}
