import { z } from "zod";
import type { MemberName } from "../protocol/names.ts";
import { openLogReader } from "../runtime/log-reader.ts";
import { openWaker } from "../runtime/waker.ts";
import type { AgentLogEntry } from "../store/store.ts";
import type { Team } from "../team/team.ts";
import type { Context } from "./command.ts";
import { interruptedExit } from "./ending.ts";
import { EventOutput } from "./output.ts";
import { type Piece, styled } from "./piece.ts";

export interface EventsView {
  readonly context: Context;
  readonly team: Team;
  readonly agent: MemberName;
  readonly lines: number;
  readonly follow: boolean;
}

const Event = z.looseObject({
  at: z.string(),
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
  const reader = openLogReader(team.store.agentLog(agent, "events"));
  const waker = openWaker(signal);
  if (follow) waker.watch(reader.log);
  let rest = (await reader.readOn()).slice(-lines);
  if (rest.length === 0 && !follow && !context.flags.json)
    context.screen.say(`${agent} has not done anything yet`);
  for (;;) {
    for (const entry of rest) show(context, entry);
    if (!follow) return 0;
    if (signal.aborted) return interruptedExit(signal);
    await waker.next();
    rest = [...(await reader.readOn())];
  }
}

function show({ screen, flags }: Context, entry: AgentLogEntry): void {
  if (flags.json) {
    screen.json(EventOutput, { v: 1, at: String(entry["at"]), event: entry["event"], ...entry }, "line");
    return;
  }
  const parsed = Event.safeParse(entry);
  const pieces = parsed.success ? piecesOf(parsed.data) : undefined;
  if (pieces) screen.line(styled("dim", String(entry["at"]).slice(11, 19)), "  ", ...pieces);
}

function piecesOf({ event }: Event): readonly Piece[] | undefined {
  switch (event.type) {
    case "text":
      return event.delta.trim() === "" ? undefined : [event.delta.trim()];
    case "tool_started":
      return [styled("bold", event.name), ` ${JSON.stringify(event.input ?? null)}`];
    case "tool_denied":
      return [styled("red", "denied"), ` ${event.name}: ${event.reason}`];
    case "tool_ended":
      return [
        event.isError ? styled("red", "error") : styled("dim", "ok"),
        ` ${event.name}, ${Math.round(event.ms)} ms: ${event.text}`,
      ];
    case "retrying":
      return [styled("yellow", "tries again"), ` (${event.attempt}): ${event.why}`];
    case "turn_ended":
      return [styled("dim", `turn ${event.reason}${event.detail === null ? "" : `: ${event.detail}`}`)];
    default:
      return event satisfies never;
  }
}
