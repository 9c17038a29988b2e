import type { Model, Operation } from "./linearizability.ts";

/** Something that was asked about one task. */
export interface TaskOperation extends Operation {
  readonly op: string;
  readonly by: string;
  /** The claim that it names. */
  readonly claim: string | undefined;
  /** Of an `assign`. */
  readonly to: string | undefined;
  /** The id of its own entry, when it counted or was cut off. */
  readonly id: string;
  /** Why it was refused; undefined when it counted, or nobody knows. */
  readonly refusal: string | undefined;
}

interface Register {
  readonly status: string;
  readonly claim: string;
  readonly owner: string;
}

/** "pending", "owned <claim> <owner>", "done", "failed", "deleted" or "absent". */
function parse(state: string): Register {
  const [status = "", claim = "", owner = ""] = state.split(" ");
  return { status, claim, owner };
}

type Rule = (task: Register, operation: TaskOperation) => string | undefined;

/** What an operation that counted makes of a task; undefined: it cannot have counted. */
const counted: Readonly<Record<string, Rule>> = {
  create: ({ status }) => (status === "absent" ? "pending" : undefined),
  claim: ({ status }, { id, by }) => (status === "pending" ? `owned ${id} ${by}` : undefined),
  complete: (task, operation) => (isOwned(task, operation) ? "done" : undefined),
  fail: (task, operation) => (isOwned(task, operation) ? "failed" : undefined),
  release: (task, operation) => (isOwned(task, operation) ? "pending" : undefined),
  // A held task is pending too.
  reopen: ({ status }) => (["done", "failed", "pending"].includes(status) ? "pending" : undefined),
  delete: ({ status }) => (isThere(status) && status !== "owned" ? "deleted" : undefined),
  assign: ({ status, claim, owner }, { to }) => {
    if (!isThere(status) || status === "done") return undefined;
    if (status !== "owned") return status;
    return to === owner ? `owned ${claim} ${owner}` : "pending";
  },
};

function isThere(status: string): boolean {
  return status !== "absent" && status !== "deleted";
}

/** `<instance>.?` is the id of a claim that was cut off and whose number nobody learned: any of that process's. */
function isOwned({ status, claim }: Register, operation: TaskOperation): boolean {
  if (status !== "owned") return false;
  return claim.endsWith(".?")
    ? (operation.claim?.startsWith(claim.slice(0, -1)) ?? false)
    : claim === operation.claim;
}

/** Which states explain a refusal. Those that speak about more than one task explain themselves. */
const refused: Readonly<Record<string, (task: Register, operation: TaskOperation) => boolean>> = {
  number_taken: () => true,
  not_found: ({ status }) => !isThere(status),
  taken: ({ status }) => status === "owned",
  bad_status: ({ status }, { op }) =>
    op === "reopen" ? status === "owned" || status === "pending" : status === "done" || status === "failed",
  not_owner: (task, operation) => isThere(task.status) && !isOwned(task, operation),
  blocked: ({ status }) => status === "pending",
  held: ({ status }) => status === "pending",
  assigned: ({ status }) => status === "pending",
};

/** Whether `op` is one that the model of a task knows. */
export function isTaskOperation(op: string): boolean {
  return op in counted;
}

/** One task as a register: who owns it, by which claim. `initial` is "absent", or "pending" for one that was there before. */
export function taskModel(initial: "absent" | "pending"): Model<TaskOperation> {
  return {
    initial,
    isLook: ({ refusal }) => refusal !== undefined,
    step: (state, operation) => {
      const task = parse(state);
      if (operation.refusal === undefined) return counted[operation.op]?.(task, operation);
      const explains = refused[operation.refusal];
      return !explains || explains(task, operation) ? state : undefined;
    },
  };
}
