// oxlint-disable import/max-dependencies -- hooks are told of every part of a member's life
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";
import { HookPayload } from "../../src/protocol/hook-payloads.ts";
import { MemberName, TaskId } from "../../src/protocol/names.ts";
import { readMailbox, sendMessage } from "../../src/team/mail.ts";
import { createTask } from "../../src/team/tasks.ts";
import { memberProcess } from "../support/member-process.ts";
import { type MemberTeam, memberTeam } from "../support/member-team.ts";
import { writePermissive } from "../support/permissive.ts";
import { until } from "../support/until.ts";

const ada = MemberName.parse("ada");
const first = TaskId.parse("1");
const shell = { definition: { tools: ["Bash", "Write", "Read"] } };
const Told = z.looseObject({ hook_event_name: z.string(), team: z.string(), agent: z.string() });
type Told = z.infer<typeof Told>;
const Conversation = z.looseObject({ messages: z.array(z.unknown()) });

/** Keeps what it was told, one line an event, then does what `then` says. */
function keeping(then = "exit 0"): { readonly type: "command"; readonly command: string } {
  return { type: "command", command: `cat >> "$CLAUDE_PROJECT_DIR/hooks.log"; ${then}` };
}

/** Once refused with this on stderr, then never again. */
function refusingOnce(name: string, reason: string): string {
  return `[ -e ${name} ] && exit 0; touch ${name}; echo ${reason} >&2; exit 2`;
}

/** The user's settings of everybody in the team. */
function configure({ workspace }: MemberTeam, hooks: Readonly<Record<string, readonly unknown[]>>): void {
  writePermissive(workspace.configDir, { hooks });
}

function told({ dir }: MemberTeam): readonly Told[] {
  const log = join(dir, "hooks.log");
  if (!existsSync(log)) return [];
  return readFileSync(log, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => Told.parse(JSON.parse(line)));
}

function names(members: MemberTeam, agent: string): readonly string[] {
  return told(members)
    .filter((line) => line.agent === agent)
    .map(({ hook_event_name: name }) => name);
}

/** What the first task's completion said. */
function result(members: MemberTeam): Promise<string> {
  return until(async () => (await members.team.readOn()).tasks.get(first)?.result, {
    within: 15_000,
    what: "#1 completed",
  });
}

/** The conversation as the model saw it last, as text. */
function asked({ model }: MemberTeam): string {
  const bodies = model.requests().flatMap(({ body }) => Conversation.safeParse(body).data ?? []);
  return JSON.stringify(bodies.at(-1)?.messages);
}

const WORK = `
  ada:
    - text: '/claimed task #(?<task>\\d+)/'
      call: [{ tool: Bash, input: { command: "rm -rf build" } }]
      next:
        - call: [{ tool: Bash, input: { command: "echo SECRET" } }]
        - call: [{ tool: TaskUpdate, input: { task: "\${task}", status: completed, result: first } }]
        - call: [{ tool: TaskUpdate, input: { task: "\${task}", status: completed, result: second } }]
        - say: Done.
    - times: any
      say: Resting.
`;

/** A hook that stops everything, and why. */
function stopping(why: string): { readonly type: "command"; readonly command: string } {
  return keeping(`echo '{"continue": false, "stopReason": "${why}"}'`);
}

test("K8 hooks deny and rewrite calls, refuse a completion once and keep an idle teammate working once", async () => {
  const members = await memberTeam(WORK, { lead: {}, ada: shell });
  const pre = `input=$(cat); printf '%s\\n' "$input" >> "$CLAUDE_PROJECT_DIR/hooks.log"
case "$input" in
  *'rm -rf'*) echo "never delete" >&2; exit 2;;
  *SECRET*) echo '{"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"allow","updatedInput":{"command":"echo public"},"additionalContext":"rewritten for you"}}';;
esac`;
  configure(members, {
    SessionStart: [{ hooks: [keeping("echo 'The house rule is: be brief'")] }],
    PreToolUse: [{ matcher: "Bash", hooks: [{ type: "command", command: pre }] }],
    PostToolUse: [{ matcher: "Bash", hooks: [keeping()] }],
    TaskCompleted: [{ hooks: [keeping(refusingOnce("checked", "no tests were run"))] }],
    TeammateIdle: [{ hooks: [keeping(refusingOnce("idled", "tidy up first"))] }],
    SessionEnd: [{ hooks: [keeping()] }],
  });
  await createTask(members.team, "user", { subject: "Build it" });
  const process = await memberProcess(members, "ada");

  expect(await result(members)).toBe("second");
  await until(() => names(members, "ada").filter((name) => name === "TeammateIdle").length === 2, {
    within: 10_000,
    what: "idle twice",
  });
  await members.team.commit({ op: "stop", by: "user", member: ada });
  await until(() => names(members, "ada").includes("SessionEnd"), { within: 10_000 });
  expect(process.pid).toBeGreaterThan(0);

  const said = asked(members);
  expect(said).toContain("Denied: [User] never delete");
  expect(said).toContain("public\\n[exit code 0]\\n\\nHooks say:\\n[User] rewritten for you");
  expect(said).toContain("refused: [User] no tests were run");
  expect(said).toContain("[User] tidy up first");
  expect(said).toContain("The house rule is: be brief");
  expect(names(members, "ada")).toEqual([
    "SessionStart",
    "PreToolUse",
    // The one that was rewritten is looked at again as what it became.
    "PreToolUse",
    "PreToolUse",
    "PostToolUse",
    "TaskCompleted",
    "TaskCompleted",
    "TeammateIdle",
    "TeammateIdle",
    "SessionEnd",
  ]);
});

test("two agents, one hook log: every line says who, under whom and for which task", async () => {
  const members = await memberTeam(
    `
  '*':
    - text: '/claimed task #(?<task>\\d+)/'
      call: [{ tool: Bash, input: { command: "true" } }]
      next:
        - call: [{ tool: TaskUpdate, input: { task: "\${task}", status: completed } }]
        - say: Done.
    - times: any
      say: Resting.
`,
    { lead: {}, ada: { role: "engineer", ...shell }, bob: shell },
  );
  configure(members, {
    PreToolUse: [{ hooks: [keeping()] }],
    Stop: [{ hooks: [keeping()] }],
    UserPromptSubmit: [{ hooks: [keeping()] }],
  });
  for (const assignee of [ada, MemberName.parse("bob")])
    await createTask(members.team, "user", { subject: `For ${assignee}`, assignee });
  await Promise.all([memberProcess(members, "ada"), memberProcess(members, "bob")]);

  await until(() => told(members).filter(({ hook_event_name: name }) => name === "Stop").length === 2, {
    within: 15_000,
  });

  const calls = told(members).filter(({ tool_name: name }) => name === "Bash");
  const common = { team: "demo", parent: "lead", permission_mode: "bypassPermissions", cwd: members.dir };
  expect(calls.toSorted((one, other) => one.agent.localeCompare(other.agent))).toEqual([
    expect.objectContaining({ ...common, agent: "ada", role: "engineer", current_task: "1" }),
    expect.objectContaining({ ...common, agent: "bob", current_task: "2" }),
  ]);
  for (const line of told(members)) {
    expect(HookPayload.safeParse(line).error).toBeUndefined();
    expect(["ada", "bob"]).toContain(line.agent);
    const transcript = String(line["transcript_path"]);
    expect(transcript).toContain(`/agents/${line.agent}/`);
    expect(statSync(transcript).mode & 0o777).toBe(0o600);
  }
  expect(new Set(told(members).map((line) => line["session_id"])).size).toBe(2);
  const prompts = told(members).filter(({ hook_event_name: name }) => name === "UserPromptSubmit");
  expect(
    prompts.map((line) => `${line.agent}: ${String(line["source"])} ${String(line["prompt"])}`).toSorted(),
  ).toEqual(["ada: task For ada", "bob: task For bob"]);
  expect(prompts.map((line) => line["from"])).toEqual(["user", "user"]);
});

test("the transcript that a hook reads is up to date and has the shape that hooks look for", async () => {
  const members = await memberTeam(
    `
  ada:
    - text: hello
      say: I will look first.
      call: [{ tool: Bash, input: { command: "true" } }]
      next: [{ say: Looked. }]
    - times: any
      say: Resting.
`,
    { ada: shell },
  );
  // Whole before it has its name: nobody reads half a copy.
  const copy = `cp "$(sed 's/.*"transcript_path":"\\([^"]*\\)".*/\\1/')" "$CLAUDE_PROJECT_DIR/part" && mv "$CLAUDE_PROJECT_DIR/part" "$CLAUDE_PROJECT_DIR/seen-$1.jsonl"`;
  configure(members, {
    PreToolUse: [{ hooks: [{ type: "command", command: copy.replace("$1", "pre") }] }],
    Stop: [{ hooks: [{ type: "command", command: copy.replace("$1", "stop") }] }],
  });
  await memberProcess(members, "ada");
  await sendMessage(members.team, "user", { to: ["ada"], text: "hello" });
  await until(() => existsSync(join(members.dir, "seen-stop.jsonl")), { within: 10_000 });

  const lines = (name: string): readonly string[] =>
    readFileSync(join(members.dir, `seen-${name}.jsonl`), "utf8")
      .trim()
      .split("\n");
  expect(lines("pre")).toHaveLength(2);
  expect(lines("stop")).toHaveLength(4);
  const answers = lines("stop").filter((line) => line.includes('"role":"assistant"'));
  expect(answers.map((line) => (JSON.parse(line) as { message: unknown }).message)).toMatchObject([
    { content: [{ type: "text", text: "I will look first." }, { type: "tool_use" }] },
    { content: [{ type: "text", text: "Looked." }] },
  ]);
});

test("a message that a hook refuses is not read by the model, the cursor passes it, and its sender is told", async () => {
  const members = await memberTeam("  ada: [{ times: any, say: Heard. }]", { ada: {} });
  configure(members, {
    UserPromptSubmit: [
      {
        hooks: [
          { type: "command", command: "grep -q forbidden && { echo 'not that word' >&2; exit 2; }; exit 0" },
        ],
      },
    ],
  });
  await memberProcess(members, "ada");
  await sendMessage(members.team, "user", { to: ["ada"], text: "the forbidden word" });
  await until(async () => (await readMailbox(members.team, "user")).length > 0, { within: 10_000 });

  const [answer] = await readMailbox(members.team, "user");
  expect(answer?.message.text).toMatch(
    /^ada did not get the message \S+: a hook refused it. \[User\] not that word$/,
  );
  await until(async () => (await readMailbox(members.team, ada))[0]?.state === "read", { within: 5_000 });
  expect(members.asked()).toBe(0);

  await sendMessage(members.team, "user", { to: ["ada"], text: "another one" });
  await until(() => members.asked() === 1, { within: 10_000 });
  expect(asked(members)).not.toContain("forbidden");
});

test("Stop hooks keep a turn going eight times in a row, then it ends and says why", async () => {
  const members = await memberTeam("  ada: [{ times: any, say: Done. }]", { lead: {}, ada: {} });
  configure(members, { Stop: [{ hooks: [keeping("echo again >&2; exit 2")] }] });
  await memberProcess(members, "ada");
  await sendMessage(members.team, "user", { to: ["ada"], text: "go" });

  await until(async () => (await readMailbox(members.team, "user")).length > 0, { within: 15_000 });

  const [word] = await readMailbox(members.team, "user");
  expect(word?.message.text).toContain("Hooks kept ada going 8 times in a row; its turn ends now.");
  expect(members.asked()).toBe(9);
  expect(told(members).map((line) => line["stop_hook_active"])).toEqual([
    false,
    ...Array<boolean>(8).fill(true),
  ]);
});

test("continue false of a hook behind a call ends the turn, and the member waits for a word", async () => {
  const members = await memberTeam(
    `
  ada:
    - text: '/claimed task/'
      call: [{ tool: Bash, input: { command: "true" } }]
    - times: any
      say: Resting.
`,
    { lead: {}, ada: shell },
  );
  configure(members, { PostToolUse: [{ hooks: [stopping("look at this")] }] });
  await createTask(members.team, "user", { subject: "Build it" });
  await memberProcess(members, "ada");

  await until(async () => (await readMailbox(members.team, "user")).length > 0, { within: 15_000 });

  const words = (await readMailbox(members.team, "user")).map(({ message }) => message.text);
  expect(words).toEqual([expect.stringContaining("ada ended a turn early: [User] look at this")]);
  await until(async () => (await members.team.store.presence.read(ada))?.status === "idle", {
    within: 5_000,
  });
  expect(members.asked()).toBe(1);
});

test("continue false of an idle hook stops the member and frees its task", async () => {
  const members = await memberTeam("  ada: [{ times: any, say: Resting. }]", { lead: {}, ada: shell });
  configure(members, { TeammateIdle: [{ hooks: [stopping("enough for today")] }] });
  await createTask(members.team, "user", { subject: "Build it" });
  await memberProcess(members, "ada");

  await until(async () => (await members.team.readOn()).members.get("ada")?.life?.ended !== undefined, {
    within: 15_000,
  });

  expect(members.team.state().members.get("ada")?.life?.ended?.how).toBe("stopped");
  expect(members.team.state().tasks.get(first)?.status).toBe("pending");
});

test("without hooks nothing is started and nothing written for them", async () => {
  const members = await memberTeam(WORK, { lead: {}, ada: shell });
  await createTask(members.team, "user", { subject: "Build it" });
  await memberProcess(members, "ada");
  await result(members);

  const folder = join(members.workspace.configDir, "teams", "demo", "agents", "ada");
  expect(readdirSync(folder).filter((name) => name.includes("hook"))).toEqual([]);
  expect(existsSync(join(members.dir, "hooks.log"))).toBe(false);
});

test("hooks of a folder that is not trusted are not run, and a change of the settings counts at the next turn", async () => {
  const members = await memberTeam("  ada: [{ times: any, say: Heard. }]", { ada: {} });
  mkdirSync(join(members.dir, ".claude"));
  writeFileSync(
    join(members.dir, ".claude", "settings.json"),
    JSON.stringify({ hooks: { Stop: [{ hooks: [{ type: "command", command: "touch stranger" }] }] } }),
  );
  await memberProcess(members, "ada");
  await sendMessage(members.team, "user", { to: ["ada"], text: "one" });
  await until(() => members.asked() === 1, { within: 10_000 });
  await until(async () => (await members.team.store.presence.read(ada))?.status === "idle", {
    within: 5_000,
  });

  configure(members, { Stop: [{ hooks: [{ type: "command", command: "touch mine" }] }] });
  await sendMessage(members.team, "user", { to: ["ada"], text: "two" });
  await until(() => existsSync(join(members.dir, "mine")), { within: 10_000 });

  expect(existsSync(join(members.dir, "stranger"))).toBe(false);
});

test("a hook for tasks also stands in front of the command line, and names the user", async () => {
  const members = await memberTeam("  ada: [{ times: any, say: Heard. }]", { ada: {} });
  const refusal = "cat > told.json; echo 'too vague' >&2; exit 2";
  configure(members, { TaskCreated: [{ hooks: [{ type: "command", command: refusal }] }] });
  const program = join(import.meta.dirname, "../../bin/troupe.js");
  const { ANTHROPIC_AUTH_TOKEN: _, ANTHROPIC_BASE_URL: __, ...env } = members.envOf("ada");

  const run = spawnSync(process.execPath, [program, "task", "add", "Stuff", "--team", "demo"], {
    env: { ...env, HOME: members.dir },
    cwd: members.dir,
    encoding: "utf8",
  });

  expect(run.stderr).toContain("refused: [User] too vague");
  expect(run.status).toBe(6);
  expect((await members.team.readOn()).tasks.size).toBe(0);
  expect(HookPayload.parse(JSON.parse(readFileSync(join(members.dir, "told.json"), "utf8")))).toMatchObject({
    hook_event_name: "TaskCreated",
    agent: "user",
    parent: null,
    task_id: "1",
    task_subject: "Stuff",
  });
});
