import { type Entry, FORMAT_VERSION } from "../../src/protocol/entries.ts";
import { Message } from "../../src/protocol/message.ts";
import { EntryId, MemberName, type Position, TaskId } from "../../src/protocol/names.ts";
import type { Log, Placed } from "../../src/store/store.ts";

const at = "2026-11-20T12:00:00.000Z";

export const ada = MemberName.parse("ada");
export const bob = MemberName.parse("bob");

/** An id of the instance "instance-a" unless another one is named. */
export function id(counter: number, instance = "instance-a"): EntryId {
  return EntryId.parse(`${instance}.${counter}`);
}

/** The first entry of a team; ids of its instance count from 1. */
export function teamEntry(settings: { durability?: "default" | "power" } = {}): Entry {
  const entry = {
    op: "team",
    v: FORMAT_VERSION,
    id: "instance-0.1",
    at,
    by: "user",
    team: "demo",
    instance: "instance-0",
    dir: "/work",
    settings,
  };
  return entry as unknown as Entry;
}

/** A small entry without a rule of its own in the way. */
export function claim(counter: number, task = String(counter), instance?: string): Entry {
  return { op: "claim", v: FORMAT_VERSION, id: id(counter, instance), at, by: ada, task: TaskId.parse(task) };
}

export function note(counter: number, text: string): Entry {
  return { op: "note", v: FORMAT_VERSION, id: id(counter), at, by: ada, task: TaskId.parse("1"), text };
}

export function message(counter: number, text: string, instance?: string): Message {
  return Message.parse({ v: 1, id: id(counter, instance), at, from: "ada", to: "bob", kind: "text", text });
}

/** The reading half of a log. */
type Reading<E> = Pick<Log<E>, "read" | "start">;

/** Everything behind `from`, chunk after chunk. */
export async function readAll<E>(
  log: Reading<E>,
  from?: Position,
): Promise<{ placed: Placed<E>[]; entries: E[]; next: Position }> {
  const placed: Placed<E>[] = [];
  let next = from ?? (await log.start());
  for (;;) {
    const result = await log.read(next);
    placed.push(...result.entries);
    ({ next } = result);
    if (result.atEnd) return { placed, entries: placed.map(({ entry }) => entry), next };
  }
}

export async function idsOf<E extends { readonly id: EntryId }>(log: Reading<E>): Promise<string[]> {
  const { entries } = await readAll(log);
  return entries.map((entry) => entry.id);
}
