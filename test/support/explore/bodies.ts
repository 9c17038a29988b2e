import { claimNext, createTask, noteTask } from "../../../src/team/tasks.ts";
import type { Team } from "../../../src/team/team.ts";
import { type Actor, type End, isTrouble, taskId } from "./scenario.ts";

/** What one process of a scenario does. */
export type Body = (actor: Actor) => Promise<void>;

export const ONE = taskId(1);

export async function oneTask(team: Team): Promise<void> {
  await createTask(team, "user", { subject: "The one task" });
}

export function same(body: Body, count: number): readonly Body[] {
  return Array.from({ length: count }, () => body);
}

export const makesTask: Body = async ({ team, name, note, index }) => {
  const outcome = await createTask(team, name, { subject: `Task of ${index}` });
  note(outcome.ok ? `made ${outcome.task.id}` : outcome.reason.kind);
};

export const claims: Body = async ({ team, name, note }) => {
  const outcome = await claimNext(team, name);
  note(outcome.ok ? `won ${outcome.task.id}` : outcome.reason.kind);
};

export const notes: Body = async ({ team, name, note, index }) => {
  const outcome = await noteTask(team, name, ONE, `Note of ${index}`);
  note(outcome.ok ? "noted" : outcome.reason.kind);
};

/** They have the journal open, and have read it: what is explored begins with the append. */
export async function allWrote(actors: readonly Actor[]): Promise<void> {
  for (const actor of actors) await notes(actor);
  for (const { team } of actors) await team.readOn();
}

export const readsOn: Body = async ({ team }) => {
  await team.readOn();
  await team.readOn();
};

/** The same with trouble as an answer: for runs in which the disk fails. */
export function orHearsWhy(body: Body): Body {
  return async (actor) => {
    try {
      await body(actor);
    } catch (error) {
      if (!isTrouble(error)) throw error;
      actor.note(`heard ${error.code}`);
    }
  };
}

export function winners({ notes: said }: End): string | undefined {
  const won = said.filter((each) => each.endsWith(" won 1"));
  return won.length > 1 ? `invariant 4: two winners of one task: ${won.join(", ")}` : undefined;
}
