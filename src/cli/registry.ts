import type { CommandEntry, Section } from "./command.ts";

/**
 * Every command, in the order of the help. The modules are loaded by `load-commands.ts`, only those a command line
 * needs: all of them take longer than most commands run.
 */
export const sections: readonly Section<CommandEntry>[] = [
  {
    title: "Start and stop",
    entries: [
      { name: "demo", load: async () => (await import("./commands/demo.ts")).demo },
      { name: "init", load: async () => (await import("./commands/init.ts")).init },
      { name: "up", load: async () => (await import("./commands/up.ts")).up },
      { name: "run", load: async () => (await import("./commands/run.ts")).run },
      { name: "down", load: async () => (await import("./commands/down.ts")).down },
      { name: "resume", load: async () => (await import("./commands/resume.ts")).resume },
      { name: "create", load: async () => (await import("./commands/create.ts")).create },
      { name: "join", load: async () => (await import("./commands/join.ts")).join },
      { name: "rm", load: async () => (await import("./commands/rm.ts")).rm },
      { name: "trust", load: async () => (await import("./commands/trust.ts")).trust },
      { name: "supervise", load: async () => (await import("./commands/supervise.ts")).supervise },
    ],
  },
  {
    title: "Work together",
    entries: [
      {
        name: "task",
        summary: "The list that everybody works from.",
        commands: [
          { name: "list", load: async () => (await import("./commands/task/list.ts")).taskList },
          { name: "add", load: async () => (await import("./commands/task/add.ts")).taskAdd },
          { name: "show", load: async () => (await import("./commands/task/show.ts")).taskShow },
          { name: "edit", load: async () => (await import("./commands/task/edit.ts")).taskEdit },
          { name: "claim", load: async () => (await import("./commands/task/claim.ts")).taskClaim },
          { name: "assign", load: async () => (await import("./commands/task/assign.ts")).taskAssign },
          { name: "done", load: async () => (await import("./commands/task/done.ts")).taskDone },
          { name: "fail", load: async () => (await import("./commands/task/done.ts")).taskFail },
          { name: "release", load: async () => (await import("./commands/task/release.ts")).taskRelease },
          { name: "reopen", load: async () => (await import("./commands/task/release.ts")).taskReopen },
          { name: "block", load: async () => (await import("./commands/task/block.ts")).taskBlock },
          { name: "unblock", load: async () => (await import("./commands/task/block.ts")).taskUnblock },
          { name: "note", load: async () => (await import("./commands/task/note.ts")).taskNote },
          { name: "rm", load: async () => (await import("./commands/task/rm.ts")).taskRm },
          { name: "review", load: async () => (await import("./commands/task/review.ts")).taskReview },
        ],
      },
      {
        name: "agent",
        summary: "The members of a team and their processes.",
        commands: [
          { name: "list", load: async () => (await import("./commands/agent/list.ts")).agentList },
          { name: "show", load: async () => (await import("./commands/agent/show.ts")).agentShow },
          { name: "spawn", load: async () => (await import("./commands/agent/spawn.ts")).agentSpawn },
          { name: "stop", load: async () => (await import("./commands/agent/stop.ts")).agentStop },
          { name: "kill", load: async () => (await import("./commands/agent/stop.ts")).agentKill },
          { name: "interrupt", load: async () => (await import("./commands/agent/steer.ts")).agentInterrupt },
          { name: "pause", load: async () => (await import("./commands/agent/steer.ts")).agentPause },
          { name: "resume", load: async () => (await import("./commands/agent/steer.ts")).agentResume },
          { name: "compact", load: async () => (await import("./commands/agent/steer.ts")).agentCompact },
          { name: "mode", load: async () => (await import("./commands/agent/steer.ts")).agentMode },
          { name: "budget", load: async () => (await import("./commands/agent/budget.ts")).agentBudget },
          { name: "model", load: async () => (await import("./commands/agent/steer.ts")).agentModel },
          { name: "logs", load: async () => (await import("./commands/agent/logs.ts")).agentLogs },
          { name: "run", load: async () => (await import("./commands/agent/run.ts")).agentRun },
        ],
      },
      { name: "send", load: async () => (await import("./commands/send.ts")).send },
      { name: "inbox", load: async () => (await import("./commands/inbox.ts")).inbox },
      { name: "approvals", load: async () => (await import("./commands/approvals.ts")).approvals },
      { name: "approve", load: async () => (await import("./commands/approve.ts")).approve },
      { name: "deny", load: async () => (await import("./commands/deny.ts")).deny },
    ],
  },
  {
    title: "Look",
    entries: [
      { name: "status", load: async () => (await import("./commands/status.ts")).status },
      { name: "timeline", load: async () => (await import("./commands/timeline.ts")).timelineCommand },
      {
        name: "audit",
        summary: "The logs of what every agent was allowed and denied.",
        commands: [
          { name: "verify", load: async () => (await import("./commands/audit/verify.ts")).auditVerify },
        ],
      },
      {
        name: "mcp",
        summary: "The servers of connectors, as the agents have them.",
        commands: [
          { name: "list", load: async () => (await import("./commands/mcp/list.ts")).mcpList },
          { name: "test", load: async () => (await import("./commands/mcp/test.ts")).mcpTest },
        ],
      },
      { name: "cost", load: async () => (await import("./commands/cost.ts")).cost },
      { name: "doctor", load: async () => (await import("./commands/doctor.ts")).doctor },
      { name: "version", load: async () => (await import("./commands/version.ts")).version },
    ],
  },
];
