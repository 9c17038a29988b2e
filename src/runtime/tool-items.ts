import { relative } from "node:path";
import { z } from "zod";
import type { AgentLogEntry } from "../store/store.ts";
import { TEAM_TOOLS } from "./gate.ts";
import type { TimelineItem } from "./timeline-items.ts";

/** What an agent's event log says about its tools and troubles; other events are for other screens. */
const Activity = z.discriminatedUnion("type", [
  z.looseObject({ type: z.literal("tool_started"), name: z.string(), input: z.unknown() }),
  z.looseObject({ type: z.literal("tool_denied"), name: z.string(), reason: z.string() }),
  z.looseObject({
    type: z.literal("tool_ended"),
    name: z.string(),
    isError: z.boolean(),
    text: z.string(),
  }),
  z.looseObject({ type: z.literal("retrying"), attempt: z.number(), why: z.string() }),
  z.looseObject({
    type: z.literal("turn_ended"),
    reason: z.enum(["done", "interrupted", "limit", "failed"]),
    detail: z.string().nullable(),
  }),
]);
type Activity = z.infer<typeof Activity>;

const EventEntry = z.looseObject({
  id: z.string(),
  at: z.string(),
  task: z.string().nullable().default(null),
  event: Activity,
});

/** Their calls become entries and messages, which are told already. */
const TOLD: ReadonlySet<string> = new Set([...TEAM_TOOLS, "SpawnTeammate"]);

/** The one word of a call that tells most, by the names that tools give it. */
const TELLING = ["command", "file_path", "path", "pattern", "description"] as const;

/** The item of an event of `agent`, when it is one for a timeline. `dir` is the team's folder: paths are told from it. */
export function toolItem(entry: AgentLogEntry, agent: string, dir: string): TimelineItem | undefined {
  const parsed = EventEntry.safeParse(entry);
  if (!parsed.success) return undefined;
  const { id, at, task, event } = parsed.data;
  const words = wordsOf(event, dir);
  if (!words) return undefined;
  return { v: 1, id, at, agent, ...words, ...(task === null ? {} : { task }) };
}

type Words = Pick<TimelineItem, "type" | "text" | "tool">;

function wordsOf(event: Activity, dir: string): Words | undefined {
  switch (event.type) {
    case "tool_started":
      return TOLD.has(event.name)
        ? undefined
        : { type: "tool.started", tool: event.name, text: inputText(event.input, dir) };
    case "tool_denied":
      return { type: "tool.denied", tool: event.name, text: event.reason };
    case "tool_ended":
      // An answer to a plan is told as what it is.
      return event.isError && event.name !== "ExitPlanMode"
        ? { type: "tool.failed", tool: event.name, text: lastLine(event.text) }
        : undefined;
    case "retrying":
      return { type: "agent.retrying", text: event.why };
    case "turn_ended":
      return event.reason === "limit" || event.reason === "failed"
        ? { type: "agent.stuck", text: event.detail ?? event.reason }
        : undefined;
    default:
      return event satisfies never;
  }
}

function inputText(input: unknown, dir: string): string {
  if (typeof input !== "object" || input === null) return "";
  const fields = new Map<string, unknown>(Object.entries(input));
  for (const name of TELLING) {
    const value = fields.get(name);
    if (typeof value !== "string") continue;
    const isInside = value.startsWith(`${dir}/`) && name !== "command";
    return isInside ? relative(dir, value) : value;
  }
  return "";
}

/** Programs say what went wrong at the end. */
function lastLine(text: string): string {
  return text.trimEnd().split("\n").at(-1)?.trim() ?? "";
}
