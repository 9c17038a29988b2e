import { z } from "zod";
import { isRecord } from "../base/is-record.ts";
import type { MemberName } from "../protocol/names.ts";
import { openLogReader } from "../runtime/log-reader.ts";
import { openWaker } from "../runtime/waker.ts";
import type { AgentLogEntry } from "../store/store.ts";
import type { Team } from "../team/team.ts";
import type { Context } from "./command.ts";
import { tookText } from "./durations.ts";
import { interruptedExit } from "./ending.ts";
import { type Piece, styled } from "./piece.ts";

export interface EventsView {
  readonly context: Context;
  readonly team: Team;
  readonly agent: MemberName;
  readonly lines: number;
  readonly follow: boolean;
}

/** Of an event of whatever kind. */
const EventHead = z.looseObject({ id: z.string(), at: z.string(), event: z.unknown() });

const Event = z.looseObject({
  at: z.string(),
  /** Whose it is, when it is a subagent's. */
  sub: z.looseObject({ type: z.string() }).optional().catch(undefined),
  event: z.discriminatedUnion("type", [
    z.looseObject({ type: z.literal("text"), delta: z.string() }),
    z.looseObject({ type: z.literal("tool_started"), name: z.string(), input: z.unknown() }),
    z.looseObject({ type: z.literal("tool_denied"), name: z.string(), reason: z.string() }),
    z.looseObject({
      type: z.literal("tool_ended"),
      name: z.string(),
      isError: z.boolean(),
      ms: z.number(),
      text: z.string(),
    }),
    z.looseObject({ type: z.literal("retrying"), attempt: z.number(), why: z.string() }),
    z.looseObject({ type: z.literal("turn_ended"), reason: z.string(), detail: z.string().nullable() }),
  ]),
});
type Event = z.infer<typeof Event>;

/** Shows the last lines of an agent's event log, and what follows with `follow`. Answers the exit code. */
export async function showEvents(view: EventsView, signal: AbortSignal): Promise<number> {
  const { context, team, agent, lines, follow } = view;
  const { screen, flags } = context;
  const reader = openLogReader(team.store.agentLog(agent, "events"));
  const waker = openWaker(signal);
  if (follow) waker.watch(reader.log);
  const readOn = async (): Promise<readonly (() => void)[]> =>
    (await reader.readOn()).flatMap((entry) => shower(context, entry) ?? []);
  try {
    let rest: readonly (() => void)[] = (await readOn()).slice(-lines);
    if (rest.length === 0 && !follow && !flags.json) screen.say(`${agent} has not done anything yet`);
    for (;;) {
      for (const show of rest) show();
      if (!follow) return 0;
      if (signal.aborted) return interruptedExit(signal);
      await waker.next();
      rest = await readOn();
    }
  } finally {
    waker.close();
  }
}

/** How an event is shown; undefined for those that nobody reads as a line. */
function shower({ screen, flags }: Context, entry: AgentLogEntry): (() => void) | undefined {
  const head = EventHead.safeParse(entry);
  // Written by another version, or by hand: it must not hide the others.
  if (!head.success) return undefined;
  const { id, at, event } = head.data;
  if (flags.json) return () => screen.json("EventOutput", { ...entry, v: 1, id, at, event }, "line");
  const parsed = Event.safeParse(entry);
  const pieces = parsed.success ? piecesOf(parsed.data) : undefined;
  const whose = parsed.data?.sub === undefined ? [] : [styled("dim", `[${parsed.data.sub.type}] `)];
  return pieces && (() => screen.line(styled("dim", `${at.slice(11, 19)}Z`), "  ", ...whose, ...pieces));
}

function piecesOf({ event }: Event): readonly Piece[] | undefined {
  switch (event.type) {
    case "text":
      return event.delta.trim() === "" ? undefined : [event.delta.trim()];
    case "tool_started":
      return [styled("bold", event.name), ` ${inputText(event.input)}`];
    case "tool_denied":
      return [styled("red", "denied"), ` ${event.name}: ${event.reason}`];
    case "tool_ended":
      return [
        event.isError ? styled("red", "error") : styled("dim", "ok"),
        ` ${event.name}, ${tookText(event.ms)}: ${event.text}`,
      ];
    case "retrying":
      return [styled("yellow", "tries again"), ` (${event.attempt}): ${event.why}`];
    case "turn_ended":
      return [styled("dim", `turn ${event.reason}${event.detail === null ? "" : `: ${event.detail}`}`)];
    default:
      return event satisfies never;
  }
}

/** The one word of a call as it is, several by their names. */
function inputText(input: unknown): string {
  if (!isRecord(input)) return JSON.stringify(input ?? null);
  const fields = Object.entries(input);
  const [only] = fields;
  return fields.length === 1 && typeof only?.[1] === "string" ? only[1] : JSON.stringify(input);
}
