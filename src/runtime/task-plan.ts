import type { VerifySettings } from "../protocol/entries.ts";
import type { Role } from "../protocol/names.ts";
import type { TeamFileTask } from "../protocol/team-file.ts";
import { given } from "./given.ts";
import { teamFileError } from "./team-file-error.ts";

export interface PlannedTask {
  readonly subject: string;
  readonly description?: string;
  readonly role?: Role;
  readonly priority?: number;
  readonly verify?: VerifySettings;
  /** Numbers from 1 of tasks of this plan. Free of cycles. */
  readonly blockedBy: readonly number[];
}

/** Tasks of a team file with their edges as numbers from 1. Throws `bad_team_file` for an edge to nothing, to itself, or a cycle. */
export function planTasks(path: string, tasks: readonly TeamFileTask[]): readonly PlannedTask[] {
  const numbers = new Map<string, number[]>();
  for (const [index, { subject }] of tasks.entries())
    numbers.set(subject, [...(numbers.get(subject) ?? []), index + 1]);
  const planned = tasks.map(({ blockedBy = [], subject, description, role, priority, verify }, index) => ({
    subject,
    ...given({ description, role, priority, verify }),
    blockedBy: [
      ...new Set(
        blockedBy.map((blocker, at) => {
          const field = `tasks[${index}].blockedBy[${at}]`;
          const number =
            typeof blocker === "number" ? blocker : numberOf(path, field, numbers.get(blocker), blocker);
          if (number > tasks.length)
            throw teamFileError(path, `${field}: there is no task ${number}; the list has ${tasks.length}`);
          if (number === index + 1) throw teamFileError(path, `${field}: "${subject}" is blocked by itself`);
          return number;
        }),
      ),
    ],
  }));
  const cycle = findCycle(planned);
  if (cycle)
    throw teamFileError(
      path,
      `tasks: a cycle of blockedBy: ${cycle.map((number) => `"${planned[number - 1]?.subject ?? number}"`).join(" → ")}`,
    );
  return planned;
}

function numberOf(
  path: string,
  field: string,
  found: readonly number[] | undefined,
  subject: string,
): number {
  const [number, another] = found ?? [];
  if (number === undefined) throw teamFileError(path, `${field}: no task has the subject "${subject}"`);
  if (another !== undefined)
    throw teamFileError(path, `${field}: tasks ${number} and ${another} both have the subject "${subject}"`, {
      hint: "name it by its number in the list, from 1",
    });
  return number;
}

/** The numbers along one cycle, the first again at the end. Iterative: a chain may be as long as the list. */
function findCycle(tasks: readonly PlannedTask[]): readonly number[] | undefined {
  const finished = new Set<number>();
  for (const start of tasks.keys()) {
    const path: number[] = [];
    const next: number[] = [];
    path.push(start + 1);
    next.push(0);
    while (path.length > 0) {
      const number = path.at(-1) ?? 0;
      const blocker = tasks[number - 1]?.blockedBy[next.at(-1) ?? 0];
      if (finished.has(number) || blocker === undefined) {
        finished.add(number);
        path.pop();
        next.pop();
        continue;
      }
      next[next.length - 1] = (next.at(-1) ?? 0) + 1;
      if (path.includes(blocker)) return [...path.slice(path.indexOf(blocker)), blocker];
      path.push(blocker);
      next.push(0);
    }
  }
  return undefined;
}
