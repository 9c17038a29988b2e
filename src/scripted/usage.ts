import { Buffer } from "node:buffer";
import type { CountRequest } from "./request.ts";

/** Tokens of one answer as the API reports them. */
export interface Tokens {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
}

/** There is no tokenizer here: four bytes are one token. */
export function tokensOf(bytes: number): number {
  return Math.ceil(bytes / 4);
}

/** The parts of a request in the order in which the API caches them, without the cache marks, which move. */
export function requestParts({ tools = [], system = [], messages }: CountRequest): readonly string[] {
  return [tools, system, ...messages].map((part) =>
    JSON.stringify(part, (key, value: unknown) => (key === "cache_control" ? undefined : value)),
  );
}

export function bytesOf(parts: readonly string[]): number {
  return parts.reduce((sum, part) => sum + Buffer.byteLength(part), 0);
}

/** Input tokens of a request: with cache marks, what stood in front of `before` too is read from the cache and the rest written. */
export function inputTokens(
  parts: readonly string[],
  before: readonly string[],
  marked: boolean,
): Omit<Tokens, "output"> {
  const total = tokensOf(bytesOf(parts));
  if (!marked) return { input: total, cacheRead: 0, cacheWrite: 0 };
  const differs = parts.findIndex((part, index) => part !== before[index]);
  const common = differs === -1 ? parts : parts.slice(0, differs);
  const cacheRead = Math.min(total, tokensOf(bytesOf(common)));
  return { input: 0, cacheRead, cacheWrite: total - cacheRead };
}

/** Whether the request asks for caching anywhere. */
export function isMarked(request: CountRequest): boolean {
  return JSON.stringify(request).includes('"cache_control":{');
}
