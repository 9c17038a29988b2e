import { Entry } from "../protocol/entries.ts";
import { Message } from "../protocol/message.ts";
import { EntryId } from "../protocol/names.ts";
import type { AgentLogEntry } from "./store.ts";

/** What one kind of log holds. */
export interface Decoder<E> {
  /** What an entry is called in errors: "a journal entry". */
  readonly noun: string;
  /** The entry, or why `value` is none. */
  readonly decode: (
    value: Record<string, unknown>,
  ) => { readonly ok: true; readonly entry: E } | { readonly ok: false; readonly why: string };
}

interface Schema<E> {
  readonly safeParse: (
    value: unknown,
  ) =>
    | { readonly success: true; readonly data: E }
    | { readonly success: false; readonly error: { readonly issues: readonly Issue[] } };
}
interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

function decoderOf<E>(noun: string, schema: Schema<E>): Decoder<E> {
  return {
    noun,
    decode: (value) => {
      const parsed = schema.safeParse(value);
      if (parsed.success) return { ok: true, entry: parsed.data };
      const [issue] = parsed.error.issues;
      return { ok: false, why: issue ? `${issue.path.map(String).join(".")}: ${issue.message}` : "no entry" };
    },
  };
}

export const journalDecoder: Decoder<Entry> = decoderOf("a journal entry", Entry);
export const mailDecoder: Decoder<Message> = decoderOf("a message", Message);

/** Agent logs hold whatever the agent writes; only the id is ours. */
export const agentLogDecoder: Decoder<AgentLogEntry> = {
  noun: "a log entry",
  decode: (value) => {
    const id = EntryId.safeParse(value["id"]);
    return id.success
      ? { ok: true, entry: { ...value, id: id.data } }
      : { ok: false, why: "id: no entry id" };
  },
};
