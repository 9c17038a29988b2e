import type { Counted } from "./verify-evidence.ts";
import type { Violation } from "./verify-words.ts";

interface RefereeTask {
  status: "open" | "review" | "done" | "failed" | "deleted";
  claim: string | undefined;
  owner: string | undefined;
  readonly blockedBy: Set<string>;
}

const text = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value ?? null));
const texts = (value: unknown): string[] => (Array.isArray(value) ? value.map(text) : []);

/** Ops that only the current owner may append, naming its claim. */
const OWNED = new Set(["complete", "fail", "release"]);
/** Ops that a completed task survives. */
const HARMLESS_WHEN_DONE = new Set([
  "note",
  "update",
  "reopen",
  "delete",
  "block",
  "unblock",
  "assign",
  "create",
]);

function judgeClaim(
  tasks: ReadonlyMap<string, RefereeTask>,
  id: string,
  task: RefereeTask,
): string | undefined {
  if (task.claim !== undefined) return `task ${id} has two owners: ${task.owner ?? "?"} holds ${task.claim}`;
  if (task.status !== "open") return `task ${id} was claimed when it was ${task.status}`;
  const unmet = [...task.blockedBy].filter((blocker) => {
    const status = tasks.get(blocker)?.status;
    return status !== "done" && status !== "deleted";
  });
  return unmet.length > 0 ? `task ${id} was claimed while ${unmet.join(", ")} was not done` : undefined;
}

function free(task: RefereeTask, status: RefereeTask["status"]): void {
  task.claim = undefined;
  task.owner = undefined;
  task.status = status;
}

/** What an entry that counted does to its task; ops that are not listed change nothing that matters here. */
const EFFECTS: Readonly<Record<string, (task: RefereeTask, entry: Counted) => void>> = {
  claim: (task, { id, line }) => {
    task.claim = id;
    task.owner = text(line["by"]);
  },
  // Whether the team reviews is the rules' business: both are an end of the claim.
  complete: (task) => free(task, "done"),
  fail: (task) => free(task, "failed"),
  release: (task) => free(task, "open"),
  reopen: (task) => free(task, "open"),
  delete: (task) => free(task, "deleted"),
  // Whoever works on it loses it, unless it is reserved for just that one.
  assign: (task, { line }) => {
    if (task.claim !== undefined && text(line["to"]) !== task.owner) free(task, "open");
  },
  block: (task, { line }) => texts(line["on"]).forEach((blocker) => task.blockedBy.add(blocker)),
  unblock: (task, { line }) => texts(line["on"]).forEach((blocker) => task.blockedBy.delete(blocker)),
};

function newTask(line: Counted["line"]): RefereeTask {
  return { status: "open", claim: undefined, owner: undefined, blockedBy: new Set(texts(line["blockedBy"])) };
}

function leave(tasks: ReadonlyMap<string, RefereeTask>, member: string): void {
  for (const task of tasks.values()) if (task.owner === member) free(task, "open");
}

/** What is wrong with an entry about a task that counted. */
function judge(
  tasks: ReadonlyMap<string, RefereeTask>,
  task: RefereeTask,
  { id: entry, line }: Counted,
): Violation | undefined {
  const id = text(line["task"]);
  const op = line.op ?? "";
  if (task.status === "done" && !HARMLESS_WHEN_DONE.has(op))
    return { invariant: 5, what: `task ${id} was completed, and ${op} ${entry} counted` };
  if (OWNED.has(op) && line["claim"] !== task.claim)
    return {
      invariant: 6,
      what: `${op} ${entry} counted on task ${id} with the old claim ${text(line["claim"])}`,
    };
  const wrong = op === "claim" ? judgeClaim(tasks, id, task) : undefined;
  return wrong === undefined ? undefined : { invariant: task.claim === undefined ? 6 : 4, what: wrong };
}

/**
 * A second, much smaller opinion on what the rules accepted: one owner a task, done stays done, nothing blocked is
 * claimed, no entry with an old claim counts. `accepted` are the journal's entries that the fold let count, in order.
 */
export function referee(accepted: readonly Counted[]): Violation[] {
  const tasks = new Map<string, RefereeTask>();
  const violations: Violation[] = [];
  for (const entry of accepted) {
    const { line } = entry;
    if (line.op === "leave") leave(tasks, text(line["member"]));
    if (line.op === "create") tasks.set(text(line["task"]), newTask(line));
    const task = line.op === "create" ? undefined : tasks.get(text(line["task"]));
    if (!task) continue;
    const wrong = judge(tasks, task, entry);
    if (wrong) violations.push(wrong);
    EFFECTS[line.op ?? ""]?.(task, entry);
  }
  return violations;
}
