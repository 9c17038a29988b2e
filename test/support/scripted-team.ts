import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import { openProgress } from "../../src/scripted/progress.ts";
import { type Message, parseRequest } from "../../src/scripted/request.ts";
import type { Script } from "../../src/scripted/script.ts";

/** A small model of a team's rules, so that a script can be tried in any order of events without processes. */
export interface ModelTask {
  readonly id: string;
  readonly subject: string;
  readonly role: string;
  readonly blockedBy: readonly string[];
  status: string;
  owner: string | undefined;
  /** Every status it has had. */
  readonly history: string[];
}

export interface TeamRun {
  readonly tasks: readonly ModelTask[];
  readonly messages: readonly { readonly from: string; readonly to: string; readonly text: string }[];
  /** `lexer Bash: output` for each call. */
  readonly calls: readonly string[];
  readonly report: string | undefined;
}

interface ModelMember {
  readonly name: string;
  readonly conversation: Message[];
  inputs: string[];
  calls: readonly { readonly id: string; readonly name: string; readonly input: unknown }[];
  /** Of the calls of the last answer, once they have run. */
  results: { readonly type: "tool_result"; readonly tool_use_id: string; readonly content: string }[];
  told: boolean;
}

const Input = z.looseObject({
  task: z.string().default(""),
  to: z.union([z.string(), z.array(z.string())]).default(""),
  text: z.string().default(""),
  subject: z.string().default(""),
  role: z.string().default(""),
  blockedBy: z.array(z.string()).default([]),
  status: z.string().default(""),
  file_path: z.string().default(""),
  content: z.string().default(""),
  old_string: z.string().default(""),
  new_string: z.string().default(""),
  command: z.string().default(""),
});
type Input = z.infer<typeof Input>;

export interface TeamRunOptions {
  readonly script: Script;
  readonly members: readonly string[];
  readonly dir: string;
  /** Which of `count` members that could act does so. */
  readonly choose: (count: number) => number;
  /** Instead of a real shell. */
  readonly shell?: (command: string, dir: string) => string;
  /** A task may come together with a message, in one user message. */
  readonly together?: boolean;
}

/** Runs a team on its script until nobody has anything to do. Fails when the script has no answer or a file tool cannot do what it says. */
export function runTeam(options: TeamRunOptions): TeamRun {
  const { script, members, dir, choose, shell = realShell } = options;
  let ids = 0;
  const progress = openProgress(script, () => `id${++ids}`);
  const tasks: ModelTask[] = [];
  const messages: { from: string; to: string; text: string }[] = [];
  const calls: string[] = [];
  let report: string | undefined;
  const people: ModelMember[] = members.map((name) => ({
    name,
    conversation: [],
    inputs: name === "lead" ? ["Build a small calculator."] : [],
    calls: [],
    results: [],
    told: false,
  }));

  const isDone = (id: string): boolean => tasks.find((task) => task.id === id)?.status === "completed";
  const claimable = (role: string): ModelTask | undefined =>
    tasks.find((task) => task.status === "pending" && task.role === role && task.blockedBy.every(isDone));
  const move = (task: ModelTask, status: string, owner?: string): void => {
    task.status = status;
    task.owner = owner;
    task.history.push(status);
  };

  function send(from: string, { to, text }: Input): string {
    const names = to === "all" ? members.filter((name) => name !== from) : [to].flat();
    for (const name of names) {
      messages.push({ from, to: name, text });
      people
        .find((one) => one.name === name)
        ?.inputs.push(`Message from ${from} (id inst00.${messages.length}):\n<<<mark\n${text}\nmark>>>`);
    }
    return `sent to ${names.join(", ")}`;
  }

  function update(me: string, { task: id, status }: Input): string {
    const task = tasks.find((one) => one.id === id);
    if (!task) throw new Error(`${me}: no task ${id}`);
    if (status === "reopened" && task.status === "completed") move(task, "pending");
    else if (task.owner !== me) throw new Error(`${me} does not own #${id}`);
    else move(task, status === "released" ? "pending" : status);
    return `#${id} ${status}`;
  }

  function useTool(me: string, name: string, input: Input): string {
    const path = join(dir, input.file_path);
    switch (name) {
      case "TaskCreate":
        tasks.push({
          id: String(tasks.length + 1),
          subject: input.subject,
          role: input.role,
          blockedBy: input.blockedBy,
          status: "pending",
          owner: undefined,
          history: [],
        });
        return `created #${tasks.length}`;
      case "TaskUpdate":
        return update(me, input);
      case "TaskGet":
        return `task #${input.task}`;
      case "SendMessage":
        return send(me, input);
      case "ReportDone":
        if (tasks.some((task) => task.status !== "completed")) throw new Error("tasks are open");
        report = input.text;
        return "reported";
      case "Write":
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, input.content);
        return "written";
      case "Edit": {
        const parts = readFileSync(path, "utf8").split(input.old_string);
        if (parts.length !== 2) throw new Error(`${me}: old_string is there ${parts.length - 1} times`);
        writeFileSync(path, parts.join(input.new_string));
        return "edited";
      }
      case "Read":
        return readFileSync(path, "utf8");
      case "Bash":
        return shell(input.command, dir);
      default:
        throw new Error(`no tool ${name}`);
    }
  }

  /** What an idle member is woken by. */
  function wake(member: ModelMember): void {
    const owns = tasks.some((task) => task.owner === member.name && task.status === "in_progress");
    if (member.inputs.length > 0 && !options.together) return;
    if (member.name === "lead") {
      const open = tasks.length === 0 || tasks.some((task) => task.status !== "completed");
      if (!open && !member.told) {
        member.told = true;
        member.inputs.push("All tasks are done. Report to the user with ReportDone.");
      }
    } else {
      const task = owns ? undefined : claimable(member.name);
      if (task) {
        move(task, "in_progress", member.name);
        member.inputs.push(`You claimed task #${task.id} "${task.subject}".\nDescription:\n<<<m\nm>>>`);
      }
    }
  }

  function runCalls(member: ModelMember): void {
    for (const call of member.calls) {
      const text = useTool(member.name, call.name, Input.parse(call.input));
      calls.push(`${member.name} ${call.name}: ${text}`);
      member.results.push({ type: "tool_result", tool_use_id: call.id, content: text });
    }
    member.calls = [];
  }

  function ask(member: ModelMember): void {
    const { name, conversation, results } = member;
    const said = member.inputs.map((text) => ({ type: "text" as const, text }));
    member.inputs = [];
    member.results = [];
    const asked = [...conversation, { role: "user", content: [...results, ...said] }];
    const parsed = parseRequest({ model: "scripted", max_tokens: 1000, messages: asked });
    if (!parsed.ok) throw new Error(parsed.message);
    const decision = progress.next(name, parsed.request);
    if (!decision.ok) throw new Error(decision.why);
    const { content } = decision.answer.message;
    conversation.splice(0, Infinity, ...parsed.request.messages, {
      role: "assistant",
      content: content.map((block) =>
        block.type === "text"
          ? block
          : { ...block, input: z.record(z.string(), z.unknown()).parse(block.input) },
      ),
    });
    member.calls = content.filter((block) => block.type === "tool_use");
  }

  for (let steps = 0; steps < 1000; steps++) {
    // A member is awake with calls to run, woken by input, or has nothing to do.
    const able = people.filter(
      (member) => member.calls.length > 0 || member.results.length > 0 || wakeable(member),
    );
    const member = able[choose(able.length)];
    if (!member) return { tasks, messages, calls, report };
    if (member.calls.length > 0) runCalls(member);
    else {
      if (member.results.length === 0) wake(member);
      ask(member);
    }
  }
  throw new Error("the team does not come to rest");

  function wakeable({ name, inputs, told }: ModelMember): boolean {
    if (inputs.length > 0) return true;
    if (name === "lead")
      return !told && tasks.length > 0 && tasks.every((task) => task.status === "completed");
    const owns = tasks.some((task) => task.owner === name && task.status === "in_progress");
    return !owns && claimable(name) !== undefined;
  }
}

function realShell(command: string, dir: string): string {
  try {
    return execFileSync("sh", ["-c", command], {
      cwd: dir,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
  } catch (error) {
    const failed = z.object({ stdout: z.string(), stderr: z.string() }).safeParse(error);
    if (failed.success) return failed.data.stdout + failed.data.stderr;
    throw error;
  }
}
