import { REFUSED_BY_PERSON } from "../runtime/call-summary.ts";
import { followTimeline, type TimelineFilter } from "../runtime/timeline.ts";
import type { TimelineItem } from "../runtime/timeline-items.ts";
import type { Team } from "../team/team.ts";
import { cellWidth, cut } from "./cell-width.ts";
import type { Context } from "./command.ts";
import { offsetText } from "./durations.ts";
import { cutPieces, oneLine, type Piece, type Style, styled } from "./piece.ts";

/** One word for what somebody does, by type. */
const VERBS: Readonly<Record<string, string>> = {
  "team.created": "creates",
  "team.supervised": "watches",
  "team.unsupervised": "rests",
  "team.stopping": "stops",
  "team.reported": "reports",
  "team.closed": "closes",
  "team.budget": "may spend",
  "team.budget_warning": "nears",
  "team.budget_reached": "reached",
  "agent.joined": "joins",
  "agent.left": "leaves",
  "agent.started": "starts",
  "agent.stopping": "stops",
  "agent.stopped": "ended",
  "agent.died": "died",
  "agent.failed": "failed",
  "agent.retrying": "waits",
  "agent.steered": "steered",
  "agent.stuck": "is stuck",
  "task.created": "adds",
  "task.updated": "changes",
  "task.claimed": "claims",
  "task.completed": "finishes",
  "task.failed": "fails",
  "task.released": "releases",
  "task.reopened": "reopens",
  "task.passed": "passes",
  "task.returned": "returns",
  "task.blocked": "blocks",
  "task.unblocked": "unblocks",
  "task.assigned": "assigns",
  "task.deleted": "deletes",
  "task.noted": "notes",
  "message.sent": "tells",
  "message.system": "is told",
  "approval.asked": "asks you",
  "approval.approved": "approves",
  "approval.denied": "denies",
  "approval.used": "uses",
  "approval.withdrawn": "recalls",
  "tool.started": "runs",
  "tool.failed": "error",
  "tool.denied": "denied",
};
/** These stand in a timeline; going by they would say nothing new. */
const QUIET: readonly string[] = [
  "message.system",
  "team.unsupervised",
  "approval.used",
  "approval.withdrawn",
];
const TOOL_VERBS: Readonly<Record<string, string>> = {
  Bash: "runs",
  Read: "reads",
  Write: "writes",
  Edit: "edits",
  Glob: "looks",
  Grep: "looks",
};
const STYLES: Readonly<Record<string, Style>> = {
  "task.completed": "green",
  "task.passed": "green",
  "team.reported": "green",
  "task.failed": "red",
  "task.returned": "red",
  "task.reopened": "yellow",
  "agent.died": "red",
  "agent.failed": "red",
  "agent.stuck": "red",
  "approval.asked": "magenta",
  "approval.approved": "green",
  "approval.denied": "red",
  "tool.failed": "red",
  "tool.denied": "red",
};
/** Each name has one of these for as long as the log runs; red and green say how things went. */
const NAME_STYLES: readonly Style[] = [
  "cyan",
  "yellow",
  "magenta",
  "blue",
  "brightGreen",
  "brightCyan",
  "brightMagenta",
  "brightBlue",
];
const VERB_WIDTH = 8;
/** Below an hour: `  0:07`, ` 12:30`. */
const TIME_WIDTH = 6;
/** A longer name is cut, in columns. */
const NAME_WIDTH = 20;
/** Without a terminal a line is cut here, in columns: whole texts stand in the timeline. */
const PLAIN_WIDTH = 300;

export interface LiveLog {
  readonly line: (item: TimelineItem) => readonly Piece[];
}

/**
 * Lines of a log: offset from the first item, name, verb, words; names and verbs stand below each other. `names` are
 * those that are known to come, `lengthMs` how long it will be; what is longer moves the lines from there on.
 */
export function liveLog(names: Iterable<string>, lengthMs = 0): LiveLog {
  const known = new Map<string, Style>();
  let nameWidth = 4;
  let timeWidth = Math.max(TIME_WIDTH, offsetText(lengthMs).length);
  let start: number | undefined;

  function nameStyle(name: string): Style {
    if (name === "user" || name === "system") return "dim";
    const style = known.get(name) ?? NAME_STYLES[known.size % NAME_STYLES.length] ?? "bold";
    known.set(name, style);
    return style;
  }

  for (const name of names) {
    const shown = shortName(name);
    nameStyle(shown);
    nameWidth = Math.max(nameWidth, cellWidth(shown));
  }
  return {
    line: (item) => {
      const at = Date.parse(item.at);
      start ??= at;
      const name = shortName(whoIn(item));
      nameWidth = Math.max(nameWidth, cellWidth(name));
      const time = offsetText(at - start);
      timeWidth = Math.max(timeWidth, time.length);
      const style = STYLES[item.type];
      const verb = verbOf(item).padEnd(VERB_WIDTH);
      return [
        styled("dim", time.padStart(timeWidth)),
        "  ",
        styled(nameStyle(name), name),
        " ".repeat(nameWidth - cellWidth(name) + 2),
        style === undefined ? verb : styled(style, verb),
        "  ",
        wordsOf(item),
      ];
    },
  };
}

/** Whose name stands in the line of an item. */
export function whoIn(item: TimelineItem): string {
  return item.type === "message.system" ? recipients(item) : (item.agent ?? "");
}

function shortName(name: string): string {
  return cut(oneLine(name), NAME_WIDTH);
}

/** Shows what happens from now on, or since `since`, until `signal` aborts or `until` says so: objects with --json, lines otherwise. */
export async function showLiveLog(
  { screen, flags }: Pick<Context, "screen" | "flags">,
  team: Team,
  { until, ...filter }: TimelineFilter & { readonly until?: (item: TimelineItem) => boolean },
  signal: AbortSignal,
): Promise<void> {
  const log = liveLog([...[...team.state().members.values()].map(({ name }) => name), "user", "system"]);
  for await (const item of followTimeline(team, filter, signal)) {
    if (flags.json) screen.json("TimelineOutput", { ...item }, "line");
    else if (!isQuiet(item, filter)) screen.line(...cutPieces(log.line(item), screen.width ?? PLAIN_WIDTH));
    if (until?.(item) === true) return;
  }
}

/** What nobody needs to see go by. */
function isQuiet(item: TimelineItem, filter: TimelineFilter): boolean {
  const { type, agent } = item;
  if (VERBS[type] === undefined || QUIET.includes(type)) return true;
  return (type === "task.released" && agent === "system") || isToldAsAnswer(item, filter);
}

/** A person's no is a line of its own, unless others' lines or those of approvals are left out. */
function isToldAsAnswer({ type, text }: TimelineItem, { agent, kind }: TimelineFilter): boolean {
  if (agent !== undefined || kind !== undefined) return false;
  return type === "tool.denied" && text.startsWith(REFUSED_BY_PERSON);
}

function verbOf({ type, tool }: TimelineItem): string {
  if (type === "tool.started" && tool !== undefined) return TOOL_VERBS[tool] ?? "uses";
  return VERBS[type] ?? type.slice(type.indexOf(".") + 1);
}

function wordsOf(item: TimelineItem): string {
  const { type, text, tool } = item;
  // The command stands in front: of a long line the end is cut.
  if (type === "approval.asked") {
    // Its number and who asks are there already.
    const [handle = "", , ...what] = text.split(" ");
    return `(troupe approve ${handle}) ${what.join(" ")}`;
  }
  if (type === "message.sent") return `${recipients(item)}: ${text}`;
  if (type === "tool.started" && tool !== undefined && TOOL_VERBS[tool] === undefined)
    return `${tool} ${text}`;
  return type === "tool.failed" || type === "tool.denied" ? `${tool ?? ""}: ${text}` : text;
}

function recipients({ to = [] }: TimelineItem): string {
  return to.length > 3 ? `${to.slice(0, 2).join(", ")} and ${to.length - 2} more` : to.join(", ");
}
