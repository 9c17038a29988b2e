import { z } from "zod";
import type { KillRun } from "./kill-harness.ts";
import type { Life } from "./kill-life.ts";

const Draft = z.looseObject({
  op: z.string(),
  by: z.string(),
  task: z.string().optional(),
  claim: z.string().optional(),
  to: z.string().nullish(),
});
export type Draft = z.infer<typeof Draft>;

/** A commit that a worker asked for. */
export interface Call {
  readonly life: Life;
  readonly instance: string;
  readonly call: bigint;
  readonly draft: Draft;
  /** Undefined: it was cut off. */
  readonly answer: Answer | undefined;
}

export interface Answer {
  readonly ret: bigint;
  /** ok, void: the entry stands under `id`. early: refused without one, on a state that had folded `id` last. */
  readonly how: "ok" | "void" | "early";
  readonly id: string;
  readonly refusal: string | undefined;
}

/** A message that a worker sent. */
export interface Post {
  readonly life: Life;
  readonly log: string;
  readonly call: bigint;
  /** Undefined: it was cut off. */
  readonly ret: bigint | undefined;
  /** "" of one that was cut off and whose id its sender did not know before. */
  readonly id: string;
}

const HOW = z.enum(["ok", "void", "early"]);

function splitTo(line: string, parts: number): string[] {
  const words = line.split(" ");
  return [...words.slice(0, parts - 1), words.slice(parts - 1).join(" ")];
}

function callsOf(life: Life): Call[] {
  const answers = new Map<string, Answer>();
  for (const line of life.lines) {
    if (!line.startsWith("RET ")) continue;
    const [, n = "", ret = "0", how, id = "", refusal = "-"] = line.split(" ");
    answers.set(n, {
      ret: BigInt(ret),
      how: HOW.parse(how),
      id,
      refusal: refusal === "-" ? undefined : refusal,
    });
  }
  const instance = life.lines.find((line) => line.startsWith("UP "))?.split(" ")[1] ?? "";
  return life.lines
    .filter((line) => line.startsWith("CALL "))
    .map((line) => {
      const [, n = "", call = "0", draft = "{}"] = splitTo(line, 4);
      return {
        life,
        instance,
        call: BigInt(call),
        draft: Draft.parse(JSON.parse(draft)),
        answer: answers.get(n),
      };
    });
}

function postsOf(life: Life): Post[] {
  const sent = new Map<string, { ret: bigint; id: string }>();
  for (const line of life.lines) {
    const [word, n = "", ret = "0", id = ""] = line.split(" ");
    if (word === "SENT") sent.set(n, { ret: BigInt(ret), id });
  }
  return life.lines
    .filter((line) => line.startsWith("POST "))
    .map((line) => {
      const [, n = "", call = "0", log = ""] = line.split(" ");
      const { ret, id } = sent.get(n) ?? { ret: undefined, id: n.startsWith("product-") ? n : "" };
      return { life, log, call: BigInt(call), ret, id };
    });
}

/** All that the workers asked for and were told, as they wrote it down. A report that was cut in the middle is none. */
export function readHistory({ lives }: KillRun): {
  readonly calls: readonly Call[];
  readonly posts: readonly Post[];
} {
  return { calls: lives.flatMap(callsOf), posts: lives.flatMap(postsOf) };
}

/** The items by their key, each group in the order they came. */
export function grouped<T, K>(items: readonly T[], keyOf: (item: T) => K): ReadonlyMap<K, readonly T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
