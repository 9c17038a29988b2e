import { z } from "zod";
import type { Turn, UserInput } from "../agent/loop-deps.ts";
import { originOf } from "./inputs.ts";
import { plainText } from "./member-text.ts";

/**
 * What came into a conversation since the user's last word that nobody vouches for: what connectors and the web
 * answered, and messages whose writer is not known (faults.md L1). Counted where it enters: when the message that
 * carries it is recorded, so that it holds for the model's next reply and for every life after it.
 */
export interface Untrusted {
  /** Where from, in the order in which they came; [] = nothing. One line each, fit to be shown. */
  readonly sources: () => readonly string[];
  /** Inputs on their way to the model: whose they are is known before they are recorded. */
  readonly handedOut: (inputs: readonly UserInput[]) => void;
  /** The turn is about to stand in the conversation, or in that of a subagent. */
  readonly entered: (turn: Turn) => void;
}

/** What of an input matters here. */
type Word = { readonly of: "user" } | { readonly of: "nobody"; readonly source: string };

const Use = z.looseObject({
  type: z.literal("tool_use"),
  id: z.string(),
  name: z.string(),
  input: z.unknown(),
});
const Result = z.looseObject({ type: z.literal("tool_result"), tool_use_id: z.string() });

/** More are counted, not named. */
const MOST_NAMED = 6;

/** `before`: what stood there at the end of an earlier life; `turns`: its conversation, whose last calls may be answered only now. */
export function openUntrusted(before: readonly string[], turns: readonly Turn[]): Untrusted {
  let sources = before;
  const words = new Map<string, Word>();
  /** Calls that are not answered yet, by id, and where their answer comes from. */
  const called = new Map<string, string>();

  const add = (source: string | undefined): void => {
    if (source !== undefined && !sources.includes(source)) sources = [...sources, source];
  };
  const entered = ({ message, inputs }: Turn): void => {
    const blocks: readonly unknown[] = typeof message.content === "string" ? [] : (message.content ?? []);
    if (message.role === "assistant") noteCalls(blocks, called);
    const said = inputs.flatMap((id) => words.get(id) ?? []);
    for (const id of inputs) words.delete(id);
    // What came together with the user's word was not seen by the user.
    if (sources.length > 0 && said.some((word) => word.of === "user")) sources = [];
    for (const word of said) if (word.of === "nobody") add(word.source);
    for (const block of blocks) {
      const { tool_use_id: id = "" } = Result.safeParse(block).data ?? {};
      add(called.get(id));
      called.delete(id);
    }
  };
  const last = turns.at(-1);
  if (last?.message.role === "assistant") entered({ ...last, inputs: [] });
  return {
    sources: () => sources,
    handedOut: (inputs) => {
      for (const input of inputs) {
        const word = wordOf(input);
        if (word !== undefined) words.set(input.id, word);
      }
    },
    entered,
  };
}

/** What these turns of a conversation brought in. */
export function sourcesIn(turns: readonly Turn[]): readonly string[] {
  const found = openUntrusted([], []);
  for (const turn of turns) found.entered(turn);
  return found.sources();
}

/** The sources as a part of a sentence. */
export function namedSources(sources: readonly string[]): string {
  const named = sources.slice(0, MOST_NAMED);
  const left = sources.length - named.length;
  const all = left === 0 ? named : [...named, `${left} more`];
  const last = all.pop() ?? "nowhere";
  return all.length === 0 ? last : `${all.join(", ")} and ${last}`;
}

function noteCalls(blocks: readonly unknown[], called: Map<string, string>): void {
  for (const block of blocks) {
    const { data } = Use.safeParse(block);
    const source = data && sourceOf(data.name, data.input);
    if (data && source !== undefined) called.set(data.id, source);
  }
}

function wordOf(input: UserInput): Word | undefined {
  const origin = originOf(input);
  if (origin?.isUnverified === true)
    return {
      of: "nobody",
      source: `the message ${input.id} that says it is from ${origin.from ?? "somebody"}`,
    };
  return origin?.source === "user" ? { of: "user" } : undefined;
}

/** `mcp__server__tool`. */
const CONNECTOR = /^mcp__(.+?)__/;
const WEB: ReadonlySet<string> = new Set(["WebFetch", "WebSearch"]);
/** Programs that bring text from elsewhere, where a command names them: manners, for a script does more than it says. */
const FETCHES =
  /(?:^|[\s;&|(`'"/])(curl|wget|aria2c|lynx|w3m|links|elinks|nc|ncat|socat|telnet|ftp|sftp|scp|rsync|ssh|gh|glab)(?=$|[\s;&|)`'"])/;

/** Where the answer of a call comes from; undefined: from this machine, or from somebody of the team. */
function sourceOf(name: string, input: unknown): string | undefined {
  const server = CONNECTOR.exec(name)?.[1];
  if (server !== undefined) return `connector ${plainText(server)}`;
  if (WEB.has(name)) return "the web";
  const { command } = z.looseObject({ command: z.string() }).safeParse(input).data ?? {};
  const program = name === "Bash" && command !== undefined ? FETCHES.exec(command)?.[1] : undefined;
  return program === undefined ? undefined : `the web (${program})`;
}
