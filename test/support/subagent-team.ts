import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { MemberDefinition } from "../../src/protocol/entries.ts";
import { MemberName, TaskId } from "../../src/protocol/names.ts";
import { readAll } from "../../src/runtime/member-log.ts";
import { type PastSubagent, readSubagent } from "../../src/runtime/subagent-log.ts";
import type { Task } from "../../src/team/state.ts";
import { createTask } from "../../src/team/tasks.ts";
import type { Team } from "../../src/team/team.ts";
import type { MemberTeam } from "./member-team.ts";
import { until } from "./until.ts";

export const ada = MemberName.parse("ada");
const first = TaskId.parse("1");

const Body = z.looseObject({
  model: z.string(),
  system: z.array(z.looseObject({ text: z.string() })),
  tools: z.array(z.looseObject({ name: z.string(), description: z.string() })).default([]),
  messages: z.array(
    z.looseObject({ role: z.string(), content: z.array(z.looseObject({ type: z.string() })) }),
  ),
});
type Body = z.infer<typeof Body>;

const Event = z.looseObject({
  sub: z.looseObject({ id: z.string(), type: z.string() }).optional(),
  event: z.looseObject({ type: z.string() }),
});

export function bodies({ model }: MemberTeam): readonly Body[] {
  return model
    .requests()
    .filter(({ path }) => path === "/v1/messages")
    .map(({ body }) => Body.parse(body));
}

/** The requests of the conversation that began with these words. */
export function asking(team: MemberTeam, words: string): readonly Body[] {
  return bodies(team).filter(({ messages }) => JSON.stringify(messages[0]).includes(words));
}

export function toolNames(body: Body | undefined): readonly string[] {
  return body?.tools.map(({ name }) => name) ?? [];
}

/** What the model reads of the calls of its last reply but one. */
export function results(body: Body | undefined): readonly string[] {
  const last = body?.messages.at(-1)?.content ?? [];
  return last.filter(({ type }) => type === "tool_result").map((block) => JSON.stringify(block["content"]));
}

export function taskWith(team: Team, status: Task["status"]): Promise<Task> {
  return until(
    async () => {
      const task = (await team.readOn()).tasks.get(first);
      return task?.status === status ? task : undefined;
    },
    { what: `#1 ${status}`, within: 15_000 },
  );
}

export async function events(team: Team): Promise<readonly z.infer<typeof Event>[]> {
  const found = [];
  for await (const entry of readAll(team.store.agentLog(ada, "events"))) found.push(Event.parse(entry));
  return found;
}

export function define(dir: string, name: string, text: string): string {
  const folder = join(dir, ".claude", "agents");
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${name}.md`);
  writeFileSync(file, text);
  return file;
}

/** A member with a shell. */
export const ONE: { readonly ada: { readonly definition: MemberDefinition } } = {
  ada: { definition: { tools: ["Agent", "Bash", "Read", "Write"] } },
};

/** A lead word for `ada`: she claims, delegates once, and says what came of it. */
export function delegating(input: string, rest: string): string {
  return `
  ada:
    - text: /claimed task/
      call: [{ tool: Agent, input: { description: look, ${input} } }]
      next:
        - call: [{ tool: TaskUpdate, input: { task: "1", status: completed } }]
        - say: Done.
${rest}`;
}

/** What ada read of her one call. */
export async function resultOf(members: MemberTeam): Promise<string> {
  await createTask(members.team, "user", { subject: "Delegate" });
  await taskWith(members.team, "completed");
  const body = asking(members, "claimed task").find((one) => results(one).length > 0);
  return results(body)[0] ?? "";
}

/** Every run that ada began, as its log has it. */
export async function runs(team: Team): Promise<readonly PastSubagent[]> {
  const found = await Promise.all((await team.store.subagents(ada)).map((id) => readSubagent(team, ada, id)));
  return found.flatMap((run) => run ?? []);
}

/** A task that makes ada begin. */
export async function giveTask(team: Team): Promise<void> {
  await createTask(team, "user", { subject: "Delegate" });
}
