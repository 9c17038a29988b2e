import { TroupeError } from "../base/errors.ts";
import type { Source } from "./io.ts";

/** Bodies of messages end here too. */
const MAX_BYTES = 10 * 1024 * 1024;

/** The words of an argument, or what stdin holds for `-`. Throws `usage` when that is more than 10 MiB. */
export async function textOf(words: readonly string[], stdin: Source, signal: AbortSignal): Promise<string> {
  if (words.length !== 1 || words[0] !== "-") return words.join(" ");
  const chunks: Buffer[] = [];
  let bytes = 0;
  const stop = (): void => void stdin.pause();
  signal.addEventListener("abort", stop, { once: true });
  try {
    for await (const chunk of stdin) {
      const part = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
      bytes += part.length;
      chunks.push(part);
      signal.throwIfAborted();
      if (bytes > MAX_BYTES)
        throw new TroupeError("usage", `stdin has more than ${MAX_BYTES} bytes; that is the limit`);
    }
  } finally {
    signal.removeEventListener("abort", stop);
  }
  return Buffer.concat(chunks).toString("utf8").replace(/\n$/, "");
}
