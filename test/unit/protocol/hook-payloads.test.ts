import { expect, test } from "vitest";
import { HookPayload } from "../../../src/protocol/hook-payloads.ts";

/** As Claude Code 2.1.328 wrote them; paths and ids neutralised. */
const SAMPLES = [
  {
    session_id: "b0342611-…",
    transcript_path: "<home>/.claude/projects/-home-u-work/b0342611-….jsonl",
    cwd: "<project>",
    prompt_id: "30efa492-…",
    permission_mode: "default",
    effort: { level: "high" },
    hook_event_name: "PreToolUse",
    tool_name: "Bash",
    tool_input: { command: "echo hi", description: "say hi" },
    tool_use_id: "toolu_10",
  },
  {
    session_id: "5618775a-…",
    transcript_path: "<home>/.claude/projects/-home-u-work/5618775a-….jsonl",
    cwd: "<project>",
    prompt_id: "6f5b0c17-…",
    permission_mode: "default",
    effort: { level: "high" },
    hook_event_name: "PermissionRequest",
    tool_name: "Skill",
    tool_input: { skill: "tp:greet", args: '"a b" two' },
    permission_suggestions: [
      {
        type: "addRules",
        rules: [{ toolName: "Skill", ruleContent: "tp:greet" }],
        behavior: "allow",
        destination: "localSettings",
      },
    ],
  },
  {
    session_id: "b0342611-…",
    transcript_path: "<home>/.claude/projects/-home-u-work/b0342611-….jsonl",
    cwd: "<project>",
    prompt_id: "30efa492-…",
    permission_mode: "default",
    agent_id: "ab7e2232cd406e347",
    agent_type: "tp:helper",
    effort: { level: "medium" },
    hook_event_name: "SubagentStop",
    stop_hook_active: false,
    agent_transcript_path:
      "<home>/.claude/projects/-home-u-work/b0342611-…/subagents/agent-ab7e2232cd406e347.jsonl",
    last_assistant_message: "helper done",
    background_tasks: [{ id: "ab7e2232cd406e347", type: "subagent", status: "running" }],
    session_crons: [],
  },
  {
    session_id: "b0342611-…",
    transcript_path: "<home>/t.jsonl",
    cwd: "<project>",
    hook_event_name: "TaskCompleted",
    task_id: "7",
    task_subject: "Parse frontmatter",
    teammate_name: "ada",
    team_name: "parsers",
    team: "parsers",
    agent: "ada",
    parent: "lead",
    trigger: "update",
  },
];

test.each(SAMPLES)("the sample of $hook_event_name fits its schema, and nothing of it is lost", (sample) => {
  expect(HookPayload.parse(sample)).toEqual(sample);
});

test.each(SAMPLES)("a sample of $hook_event_name without a field of its own does not fit", (sample) => {
  const {
    tool_input: _,
    stop_hook_active: __,
    task_id: ___,
    ...rest
  } = { ...sample } as Record<string, unknown>;
  expect(HookPayload.safeParse(rest).success).toBe(false);
});
