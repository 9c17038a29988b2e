import { z } from "zod";
import type { CompactionBlock, Turn } from "../agent/loop-deps.ts";
import { TroupeError } from "../base/errors.ts";
import { EntryId, type MemberName } from "../protocol/names.ts";
import type { Store } from "../store/store.ts";
import type { Team } from "../team/team.ts";
import { type OwnLog, ownLog, readAll } from "./member-log.ts";

/** A message longer than this many bytes of JSON goes to a body file: a log's line has a limit. */
const INLINE_BYTES = 512 * 1024;

type Message = Turn["message"];

const Shape = z.looseObject({
  role: z.enum(["user", "assistant"]),
  content: z.union([z.string(), z.array(z.looseObject({ type: z.string() }))]),
});
const Block = z.looseObject({ type: z.literal("compaction") });
/** The blocks inside are what the SDK and the server made: they go back to the server, which is their judge. */
const Message = z.custom<Message>((value) => Shape.safeParse(value).success);

const TurnEntry = z.looseObject({
  inputs: z.array(z.string()).default([]),
  /** Of a compaction. */
  replaces: z
    .looseObject({
      block: z.custom<CompactionBlock>((value) => Block.safeParse(value).success).nullable(),
      isAnswered: z.boolean(),
    })
    .optional(),
  message: Message.optional(),
  /** What nobody vouches for in the conversation from here on; absent: what was said of it last. */
  untrusted: z.array(z.string()).optional(),
  /** Name of the body file that holds the message as JSON. */
  body: z.string().optional(),
});

/** A turn, and what nobody vouches for in the conversation from it on, when that is another than before. */
export interface KeptTurn extends Turn {
  readonly untrusted?: readonly string[] | undefined;
}

/** A member's conversation as it was committed, and how to go on with it. */
export interface Transcript {
  /** What stands there from earlier lives; empty for a new member and for a lost file. */
  readonly turns: readonly Turn[];
  /** Id of the entry of the last turn. */
  readonly lastId: EntryId | undefined;
  /** Ids of all inputs that entered the conversation. */
  readonly seen: ReadonlySet<string>;
  /** Those of them that are messages. */
  readonly seenMail: ReadonlySet<EntryId>;
  /** Where text came from that nobody vouches for, since the user's last word. */
  readonly untrusted: readonly string[];
  /** An answer follows the last input: the model has read them all. */
  readonly isAnswered: boolean;
  /** Entries that are no turn (written by another version, or cut by hand): left out. */
  readonly skipped: number;
  /** Returns when the turn is in the log. Throws what `Log.append` throws. */
  readonly record: (turn: KeptTurn) => Promise<void>;
}

/** Reads the transcript of a member and opens it for this life. */
export async function openTranscript({ store, host, nextId }: Team, member: MemberName): Promise<Transcript> {
  const log = store.agentLog(member, "transcript");
  const turns: Turn[] = [];
  let untrusted: readonly string[] = [];
  let lastId: EntryId | undefined;
  let skipped = 0;
  for await (const entry of readAll(log)) {
    const turn = await turnOf(store, entry);
    if (turn === undefined) skipped++;
    else {
      turns.push(turn);
      untrusted = turn.untrusted ?? untrusted;
      lastId = entry.id;
    }
  }
  const seen = new Set(turns.flatMap(({ inputs }) => inputs));
  return {
    turns,
    untrusted,
    skipped,
    lastId,
    seen,
    isAnswered:
      turns.findLastIndex(({ inputs }) => inputs.length > 0) <
      turns.findLastIndex(({ message }) => message.role === "assistant"),
    seenMail: new Set([...seen].flatMap((id) => EntryId.safeParse(id).data ?? [])),
    record: turnWriter({ store, host }, ownLog(log, nextId)),
  };
}

/** Appends turns to a log, each as `turnOf` reads it. */
export function turnWriter(
  { store, host }: Pick<Team, "store" | "host">,
  log: OwnLog,
): (turn: KeptTurn) => Promise<void> {
  return async ({ message, inputs, replaces, untrusted }) => {
    const at = new Date(host.now()).toISOString();
    const json = JSON.stringify(message);
    const inline = Buffer.byteLength(json) <= INLINE_BYTES;
    await log.append({
      at,
      inputs,
      ...(replaces && { replaces }),
      ...(untrusted && { untrusted }),
      ...(inline ? { message } : { body: await store.bodies.put(json) }),
    });
  };
}

/** The turn that an entry of a transcript holds; undefined for any other entry. */
export async function turnOf(store: Store, entry: unknown): Promise<KeptTurn | undefined> {
  const parsed = TurnEntry.safeParse(entry);
  if (!parsed.success) return undefined;
  const { inputs, body, replaces, untrusted } = parsed.data;
  const message = body === undefined ? parsed.data.message : await readBody(store, body);
  if (message === undefined) return undefined;
  return { message, inputs, ...(replaces && { replaces }), ...(untrusted && { untrusted }) };
}

async function readBody(store: Store, name: string): Promise<Message | undefined> {
  const text = await store.bodies.get(name);
  if (text === undefined) return undefined;
  try {
    return Message.safeParse(JSON.parse(text)).data;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw new TroupeError("failed", `the body file ${name} of a transcript cannot be read`, { cause: error });
  }
}
