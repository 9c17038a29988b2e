import { createHash } from "node:crypto";
import { z } from "zod";
import { TroupeError } from "../base/errors.ts";
import type { Message } from "./request.ts";

/** One call and its answer: a line of a recording. No header but the content type is kept, so no key is. */
export const RecordedCall = z.looseObject({
  agent: z.string(),
  /** The nth call of the agent, from 1. */
  turn: z.int().min(1),
  /** `conversationHash` of its messages. */
  hash: z.string(),
  request: z.unknown(),
  response: z.looseObject({
    status: z.int(),
    type: z.string(),
    /** `retry-after-ms` and its like, which steer the caller. */
    headers: z.record(z.string(), z.string()),
    body: z.string(),
    /** The connection broke behind the body. */
    cut: z.boolean(),
  }),
});
export type RecordedCall = z.infer<typeof RecordedCall>;

/** Reads a recording, JSON lines. Throws `bad_script` with file and line. */
export function parseRecording(text: string, name: string): readonly RecordedCall[] {
  return text.split("\n").flatMap((line, index) => {
    if (line.trim() === "") return [];
    const parsed = RecordedCall.safeParse(parseJson(line, `${name}:${index + 1}`));
    if (parsed.success) return [parsed.data];
    throw new TroupeError("bad_script", `${name}:${index + 1}: ${z.prettifyError(parsed.error)}`);
  });
}

function parseJson(line: string, where: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    if (error instanceof SyntaxError)
      throw new TroupeError("bad_script", `${where}: not JSON: ${error.message}`, { cause: error });
    throw error;
  }
}

/** Ids and times, which differ from run to run: instants, durations, uuids, entry ids, fences, commits. */
const CHANGING: readonly RegExp[] = [
  /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?/g,
  /\b\d+(?:\.\d+)?\s?m?s\b|duration_ms [\d.]+/g,
  /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi,
  /\b[A-Za-z0-9][A-Za-z0-9_-]{5,31}\.[1-9]\d{0,14}\b/g,
  /<<<[\w-]+|[\w-]+>>>/g,
  /\b(?=[a-f]*\d)[0-9a-f]{7,40}\b/g,
];

/** What a conversation says, without ids and times. */
export function conversationHash(messages: readonly Message[]): string {
  const calls = new Map<string, number>();
  const text = JSON.stringify(messages, (key, value: unknown) => {
    if (key === "cache_control") return undefined;
    if ((key === "id" || key === "tool_use_id") && typeof value === "string") {
      if (!calls.has(value)) calls.set(value, calls.size + 1);
      return `call ${calls.get(value)}`;
    }
    if (typeof value !== "string") return value;
    return CHANGING.reduce((changed, pattern) => changed.replace(pattern, "…"), value);
  });
  return createHash("sha256").update(text).digest("hex").slice(0, 32);
}
