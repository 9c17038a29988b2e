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

function apply(task: RefereeTask, { id, line }: Counted): void {
  switch (line.op ?? "") {
    case "claim":
      task.claim = id;
      task.owner = text(line["by"]);
      break;
    case "complete":
      // Whether the team reviews is the rules' business: both are an end of the claim.
      free(task, "done");
      break;
    case "fail":
      free(task, "failed");
      break;
    case "release":
    case "reopen":
      free(task, "open");
      break;
    case "delete":
      free(task, "deleted");
      break;
    case "assign":
      // Whoever works on it loses it, unless it is reserved for just that one.
      if (task.claim !== undefined && text(line["to"]) !== task.owner) free(task, "open");
      break;
    case "block":
      for (const blocker of texts(line["on"])) task.blockedBy.add(blocker);
      break;
    case "unblock":
      for (const blocker of texts(line["on"])) task.blockedBy.delete(blocker);
      break;
    default:
  }
}

/**
 * A second, much smaller opinion on what the rules accepted: one owner a task, done stays done, nothing blocked is
 * claimed, no entry with an old claim counts. `accepted` are the journal's entries that the fold let count, in order.
 */
export function referee(accepted: readonly Counted[]): Violation[] {
  const tasks = new Map<string, RefereeTask>();
  const violations: Violation[] = [];
  const report = (invariant: number, what: string): number => violations.push({ invariant, what });
  for (const entry of accepted) {
    const { line } = entry;
    const id = text(line["task"]);
    const op = line.op ?? "";
    if (op === "leave") {
      for (const task of tasks.values()) if (task.owner === text(line["member"])) free(task, "open");
      continue;
    }
    if (op === "create") {
      const blockedBy = new Set(texts(line["blockedBy"]));
      tasks.set(id, { status: "open", claim: undefined, owner: undefined, blockedBy });
      continue;
    }
    const task = tasks.get(id);
    if (!task) continue;
    if (task.status === "done" && !HARMLESS_WHEN_DONE.has(op))
      report(5, `task ${id} was completed, and ${op} ${entry.id} counted`);
    else if (OWNED.has(op) && line["claim"] !== task.claim)
      report(6, `${op} ${entry.id} counted on task ${id} with the old claim ${text(line["claim"])}`);
    else if (op === "claim") {
      const wrong = judgeClaim(tasks, id, task);
      if (wrong !== undefined) report(task.claim === undefined ? 6 : 4, wrong);
    }
    apply(task, entry);
  }
  return violations;
}
