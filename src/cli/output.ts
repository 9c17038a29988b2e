import { z } from "zod";
import { ApprovalKind, PermissionMode } from "../protocol/permissions.ts";
import { TASK_STATES } from "../team/derive.ts";

/**
 * Every shape that `--json` prints. Lists are arrays, single things objects, streams one object a line with `v`. Times
 * are ISO 8601 UTC, what is absent is null, ids are strings. Keys are never renamed; new ones may appear.
 */
const Time = z.iso.datetime();

const Status = z.enum(["pending", "in_progress", "review", "completed", "failed", "deleted"]);

/** A line of `task list`, and what every changing verb of `task` answers. */
export const TaskOutput = z.object({
  id: z.string(),
  subject: z.string(),
  status: Status,
  state: z.enum(TASK_STATES),
  owner: z.string().nullable(),
  assignee: z.string().nullable(),
  role: z.string().nullable(),
  priority: z.int(),
  blockedBy: z.array(z.string()).readonly(),
  blocks: z.array(z.string()).readonly(),
  openBlockers: z.array(z.string()).readonly(),
  attempts: z.int(),
  deaths: z.int(),
  version: z.int(),
  createdAt: Time,
  updatedAt: Time,
});
export const TaskList = z.array(TaskOutput).readonly();

/** `task show`. `history` is every accepted entry about the task, in the order that counted. */
export const TaskDetail = TaskOutput.extend({
  description: z.string(),
  activeForm: z.string().nullable(),
  parent: z.string().nullable(),
  previousOwner: z.string().nullable(),
  result: z.string().nullable(),
  verify: z.object({ command: z.string(), by: z.string() }).nullable(),
  verified: z.array(z.string()).readonly(),
  createdBy: z.string(),
  notes: z.array(z.object({ at: Time, by: z.string(), text: z.string() })).readonly(),
  history: z.array(z.object({ version: z.int(), at: Time, by: z.string(), change: z.string() })).readonly(),
});

const Tokens = z.object({
  input: z.int(),
  output: z.int(),
  cacheRead: z.int(),
  cacheWrite: z.int(),
});

/** Limits, null where there is none, and what was spent since the team began. */
const BudgetOutput = z.object({
  usd: z.number().nullable(),
  tokens: z.number().nullable(),
  turns: z.number().nullable(),
  minutes: z.number().nullable(),
  /** Of the limit that is nearest to its end; 1 = all of it. */
  used: z.number(),
  reached: z.boolean(),
  spent: z.object({ usd: z.number(), tokens: z.number(), turns: z.number(), minutes: z.number() }),
});

/** A line of `agent list`, and `agent show`. Tokens are those of the current life. */
export const AgentOutput = z.object({
  name: z.string(),
  role: z.string().nullable(),
  lead: z.boolean(),
  state: z.enum(["starting", "working", "awaiting", "idle", "paused", "unresponsive", "stopped", "died"]),
  waitingFor: z.enum(["permission", "plan", "budget"]).nullable(),
  waitsUntil: Time.nullable(),
  since: Time,
  detail: z.string().nullable(),
  model: z.string().nullable(),
  permissionMode: PermissionMode,
  backend: z.enum(["child", "hand"]),
  pid: z.int().nullable(),
  task: z.string().nullable(),
  unread: z.int(),
  /** Its questions that wait for a person. */
  approvals: z.int(),
  restarts: z.int(),
  context: z.object({ used: z.int(), max: z.int().nullable() }).nullable(),
  tokens: Tokens.nullable(),
  costUsd: z.number().nullable(),
  /** Its own; null: only the team's binds it. */
  budget: BudgetOutput.nullable(),
});
export const AgentList = z.array(AgentOutput).readonly();

/**
 * A line of `approvals`, and what `approve` and `deny` answer, one for each. `id` is the handle that both take; `entry`
 * the question's entry in the journal. `input` null and `body` named: it is too large to be shown here.
 */
export const ApprovalOutput = z.object({
  id: z.string(),
  entry: z.string(),
  kind: ApprovalKind,
  agent: z.string(),
  /** The sub-agent that wants it. */
  sub: z.string().nullable(),
  task: z.string().nullable(),
  at: Time,
  tool: z.string().nullable(),
  input: z.unknown(),
  body: z.string().nullable(),
  /** `‹key›` stands for secrets in it: the agent uses the true ones. */
  hidden: z.boolean(),
  summary: z.string(),
  reason: z.string().nullable(),
  /** What `approve --always` would keep; null = it can be allowed this once only. */
  rule: z.string().nullable(),
  plan: z.object({ version: z.int(), text: z.string(), files: z.array(z.string()).readonly() }).nullable(),
  answer: z
    .object({
      at: Time,
      by: z.string(),
      verdict: z.enum(["allow", "deny"]),
      note: z.string().nullable(),
      always: z.string().nullable(),
      mode: PermissionMode.nullable(),
    })
    .nullable(),
});
export const ApprovalList = z.array(ApprovalOutput).readonly();

/** A line of `inbox`. */
export const MessageOutput = z.object({
  id: z.string(),
  from: z.string(),
  to: z.string(),
  at: Time,
  kind: z.enum(["text", "system"]),
  /** Who wrote it, as far as the journal can tell. */
  sender: z.enum(["user", "teammate", "troupe", "unverified"]),
  text: z.string(),
  task: z.string().nullable(),
  re: z.string().nullable(),
  urgent: z.boolean(),
  state: z.enum(["queued", "delivered", "read"]),
});
export const MessageList = z.array(MessageOutput).readonly();

/** `send`: one message a recipient. `--wait` fills `reply`. */
export const SentOutput = z.object({
  at: Time,
  messages: z
    .array(
      z.object({
        id: z.string(),
        to: z.string(),
        state: z.enum(["queued", "delivered", "read"]),
        reply: z.string().nullable(),
      }),
    )
    .readonly(),
});

export const StatusOutput = z.object({
  team: z.string(),
  goal: z.string().nullable(),
  dir: z.string(),
  createdAt: Time,
  supervisor: z.object({ alive: z.boolean(), pid: z.int().nullable(), since: Time.nullable() }),
  report: z.object({ at: Time, by: z.string(), text: z.string() }).nullable(),
  agents: z.object({
    total: z.int(),
    starting: z.int(),
    working: z.int(),
    awaiting: z.int(),
    idle: z.int(),
    paused: z.int(),
    unresponsive: z.int(),
    stopped: z.int(),
    died: z.int(),
  }),
  tasks: z.object({
    total: z.int(),
    done: z.int(),
    working: z.int(),
    claimable: z.int(),
    blocked: z.int(),
    review: z.int(),
    orphaned: z.int(),
    held: z.int(),
    failed: z.int(),
  }),
  /** Questions that wait for the person. */
  approvals: z.int(),
  /** Messages to the person that nobody has read. */
  unread: z.int(),
  tokens: Tokens,
  costUsd: z.number().nullable(),
  /** Of the team; null without a limit. */
  budget: BudgetOutput.nullable(),
  durability: z.enum(["default", "power"]),
  warnings: z.array(z.string()).readonly(),
});

const CostLine = z.object({
  key: z.string().nullable(),
  calls: z.int(),
  tokens: Tokens,
  costUsd: z.number().nullable(),
});

export const CostOutput = z.object({
  total: CostLine,
  agents: z.array(CostLine).readonly(),
  models: z.array(CostLine).readonly(),
  tasks: z.array(CostLine).readonly(),
  /** One line a run, by its id; their calls are in the lines of their agents too. */
  subagents: z.array(CostLine.extend({ agent: z.string(), type: z.string() })).readonly(),
});

/** `create`, `up --detach`, `resume`, `join`: the team that there is now. */
export const TeamOutput = z.object({
  team: z.string(),
  dir: z.string(),
  members: z.array(z.string()).readonly(),
  tasks: z.int(),
  running: z.boolean(),
});

/** `join`: the variables with which a shell acts as that member. */
export const JoinOutput = z.object({
  team: z.string(),
  agent: z.string(),
  env: z.record(z.string(), z.string()),
});

/** `down`, `agent stop`, `agent kill`: who ended, and how hard it had to be asked. */
export const StopOutput = z.object({
  team: z.string(),
  stopped: z.array(z.object({ name: z.string(), how: z.string() })).readonly(),
  /** Where each audit log ends now; empty when one member was stopped. */
  audit: z.array(z.object({ name: z.string(), seq: z.int(), hash: z.string() })).readonly(),
});

/** `trust`: whether the folder is trusted now, and what its files may start or allow then. `--list` prints the folders. */
export const TrustOutput = z.object({
  folder: z.string(),
  trusted: z.boolean(),
  changed: z.boolean(),
  runs: z
    .array(z.object({ kind: z.string(), what: z.string(), file: z.string(), agreed: z.boolean() }))
    .readonly(),
});
export const TrustList = z.array(z.string()).readonly();

/** `audit verify`: every audit log, and what is wrong with them; exit 1 when that is anything. */
export const AuditOutput = z.object({
  team: z.string(),
  ok: z.boolean(),
  logs: z
    .array(
      z.object({
        name: z.string(),
        file: z.string(),
        entries: z.int(),
        lastAt: Time.nullable(),
        hash: z.string().nullable(),
      }),
    )
    .readonly(),
  findings: z.array(z.object({ file: z.string(), seq: z.int().nullable(), what: z.string() })).readonly(),
});

/** A line of `mcp list`. No secret is in it: `variables` and `headers` are names. `sandbox` null: it runs in the open. */
export const McpServerOutput = z.object({
  name: z.string(),
  scope: z.enum(["managed", "member", "team", "local", "project", "user"]),
  file: z.string(),
  reach: z.string(),
  on: z.boolean(),
  /** Why no agent starts it. */
  off: z.string().nullable(),
  sandbox: z
    .object({ network: z.boolean().nullable(), allowWrite: z.array(z.string()).readonly() })
    .nullable(),
  agents: z.array(z.string()).readonly(),
  rules: z
    .array(z.object({ behavior: z.enum(["allow", "ask", "block"]), tools: z.string(), file: z.string() }))
    .readonly(),
  variables: z.array(z.string()).readonly(),
  headers: z.array(z.string()).readonly(),
  /** Variables that it names and nobody has set. */
  missing: z.array(z.string()).readonly(),
});
export const McpServerList = z.array(McpServerOutput).readonly();

/** `mcp test`. Tokens are estimates: four characters each. `said`: the last lines of its stderr. */
export const McpTestOutput = z.object({
  name: z.string(),
  reach: z.string(),
  sandboxed: z.boolean(),
  server: z.object({ name: z.string(), version: z.string() }),
  ms: z.int(),
  tokens: z.int(),
  instructionTokens: z.int(),
  tools: z
    .array(
      z.object({
        name: z.string(),
        description: z.string(),
        tokens: z.int(),
        /** Whether it was allowed to run before; null: there is no agent yet. */
        pin: z.enum(["new", "pinned", "changed"]).nullable(),
      }),
    )
    .readonly(),
  problems: z.array(z.string()).readonly(),
  said: z.array(z.string()).readonly(),
});

/** `rm`, `init`: what is there no more, or now. */
export const RemovedOutput = z.object({ team: z.string(), removed: z.literal(true) });
export const InitOutput = z.object({ path: z.string(), team: z.string() });

/** A line of `timeline` and of the live log. More keys may stand beside these, by type. */
export const TimelineOutput = z.looseObject({
  v: z.literal(1),
  at: Time,
  type: z.string().regex(/^(team|agent|task|message|approval|tool)\.[a-z_]+$/),
  agent: z.string().nullable(),
  text: z.string(),
});
export const TimelineList = z.array(TimelineOutput).readonly();

/** A line of `agent logs --json`: an event as the agent kept it. */
export const EventOutput = z.looseObject({ v: z.literal(1), id: z.string(), at: Time, event: z.unknown() });

/** The last line of `run --json`. */
export const RunEndOutput = z.object({
  v: z.literal(1),
  at: Time,
  type: z.literal("team.done"),
  exit: z.int(),
  reason: z.string(),
  text: z.string(),
  tasks: z.object({ total: z.int(), done: z.int() }),
  tokens: Tokens,
  costUsd: z.number().nullable(),
});

/** The last line of `demo --json`. */
export const DemoEndOutput = z.object({
  v: z.literal(1),
  at: Time,
  type: z.literal("demo.done"),
  exit: z.int(),
  expression: z.string(),
  result: z.string().nullable(),
  error: z.string().nullable(),
});

export const VersionOutput = z.object({
  version: z.string(),
  node: z.string(),
  platform: z.string(),
  format: z.int(),
});

export const DoctorOutput = z.object({
  version: z.string(),
  /** Whether repairs were asked for. */
  fixed: z.boolean(),
  facts: z.array(z.object({ area: z.string(), text: z.string() })).readonly(),
  findings: z
    .array(
      z.object({
        id: z.string().regex(/^DR\d{3}$/),
        area: z.string(),
        team: z.string().nullable(),
        severity: z.enum(["note", "warning", "error"]),
        what: z.string(),
        details: z.array(z.string()).readonly(),
        why: z.string(),
        do: z.string(),
        /** What `--fix` does about it. */
        fix: z.string().nullable(),
      }),
    )
    .readonly(),
  /** What `--fix` did, and what it could not do. */
  repairs: z
    .array(
      z.object({
        id: z.string().regex(/^DR\d{3}$/),
        team: z.string().nullable(),
        done: z.boolean(),
        text: z.string(),
      }),
    )
    .readonly(),
});

/** Any error, alone on stdout with `--json`; the exit code is the same as without. */
export const ErrorOutput = z.object({
  error: z.object({
    code: z.string(),
    message: z.string(),
    hint: z.string().nullable(),
    retryable: z.boolean(),
    details: z.record(z.string(), z.unknown()),
  }),
});
