import type { Tool } from "../agent/tool.ts";
import type { Message } from "../protocol/message.ts";
import type { EntryId } from "../protocol/names.ts";
import { MOST_HOPS } from "../team/mail-limits.ts";

/** The tool with which members write to each other. */
export const SEND_TOOL = "SendMessage";
/** Using them is part of the talk. */
const TALK_TOOLS: ReadonlySet<string> = new Set([SEND_TOOL, "ListMembers"]);

/** What one member has heard and said since it last did something, or the user had a word in it. */
export interface Talk {
  /** What the next message answers, oldest first; `MOST_HOPS` and one more when that is too many. */
  readonly chain: () => readonly EntryId[];
  /** Messages to and from each other member, by its name in small letters. */
  readonly exchanged: () => ReadonlyMap<string, number>;
  /** A message enters the conversation. */
  readonly took: (message: Message) => void;
  readonly sentTo: (party: string) => void;
  /** A tool did what it was asked for. When it may have changed something, what is said next answers nobody any more. */
  readonly worked: (tool: Pick<Tool, "name" | "effect">) => void;
  /** The model has said its last word: what comes next begins a turn of its own. */
  readonly rested: () => void;
}

export function createTalk(): Talk {
  let chain: readonly EntryId[] = [];
  const exchanged = new Map<string, number>();

  const count = (party: string): void => {
    const key = party.toLowerCase();
    exchanged.set(key, (exchanged.get(key) ?? 0) + 1);
  };
  const forget = (): void => {
    exchanged.clear();
    chain = [];
  };
  return {
    chain: () => chain,
    exchanged: () => exchanged,
    took: ({ id, from, kind, trace = [] }) => {
      if (from === "user") forget();
      else if (kind === "text") {
        count(from);
        // Of several the longest: whoever answers all of them goes on with that one too.
        if (trace.length >= chain.length) chain = [...trace, id].slice(-MOST_HOPS - 1);
      }
    },
    sentTo: count,
    worked: ({ name, effect }) => {
      if (TALK_TOOLS.has(name)) return;
      if (effect === "write") forget();
      else exchanged.clear();
    },
    rested: () => {
      chain = [];
    },
  };
}
