import { z } from "zod";
import { FORMAT_VERSION } from "./entries.ts";
import { Actor, EntryId, InstanceId, Party, TaskId } from "./names.ts";

/** Bodies above this many bytes, as JSON in UTF-8, go to a side file, named by their hash. */
export const BODY_INLINE_BYTES = 256 * 1024;
/** Bodies above this many bytes are refused. */
export const BODY_MAX_BYTES = 10 * 1024 * 1024;

/** One line of a mailbox. Exactly one of `text` and `body` is there. */
export const Message = z.looseObject({
  v: z.literal(FORMAT_VERSION),
  id: EntryId,
  at: z.string().max(40),
  from: Actor,
  /** The life in whose shell the command was typed that sent it; else the id says which process did. */
  instance: InstanceId.optional(),
  to: Party,
  /** `text` is from a party; `system` is troupe's own word (a task was released, a member was restarted). */
  kind: z.enum(["text", "system"]),
  text: z.string().optional(),
  /** sha256 of the body, 64 hex digits: the name of its side file. */
  body: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  task: TaskId.optional(),
  /** The message this one answers. */
  re: EntryId.optional(),
  /**
   * The messages that led to this one, oldest first: what it answers, what that answered, and so on, since a person or
   * work on a task last had a part in it. Written by the sender's process.
   */
  trace: z.array(EntryId).optional(),
  /** Enters at the next tool boundary as always, and is shown before the others. */
  urgent: z.boolean().optional(),
  /** How the sender addressed it (`all`, `role:reviewer`), when not by name. */
  via: z.string().max(100).optional(),
});
export type Message = z.infer<typeof Message>;
