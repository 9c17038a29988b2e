import { readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { z } from "zod";
import { replaceFile } from "../base/atomic-file.ts";
import { isErrno, TroupeError } from "../base/errors.ts";
import { nodeFiles } from "../base/node-files.ts";
import { packageVersion } from "../base/package-version.ts";

/** Servers are updated: what was found is asked again after a week, in ms. */
const STALE_MS = 7 * 86_400_000;

const Known = z.boolean().nullable();
const ServerFile = z.object({
  v: z.literal(1),
  /** Of troupe. */
  version: z.string(),
  at: z.string(),
  baseUrl: z.string(),
  /** What it refused, or took, in the course of work. */
  takes: z.partialRecord(z.enum(["cache", "summaries"]), z.boolean()).default({}),
  /** What `doctor` found. */
  facts: z
    .object({
      model: z.string(),
      window: z.int().positive().nullable(),
      streams: Known,
      tools: Known,
      cache: Known,
      counts: Known,
      summaries: z.boolean(),
    })
    .optional(),
});
/** `troupe/servers/<key>.json`: what is known of one model server. A cache; whoever removes it loses a request or two. */
export type ServerFile = z.infer<typeof ServerFile>;

/** undefined: there is none, it cannot be read, or it is of another version or of long ago. */
export function readServerFile(path: string, now: number): ServerFile | undefined {
  const file = parsed(path);
  const ageMs = file === undefined ? Number.NaN : now - Date.parse(file.at);
  return file?.version === packageVersion() && ageMs >= 0 && ageMs < STALE_MS ? file : undefined;
}

function parsed(path: string): ServerFile | undefined {
  try {
    return ServerFile.safeParse(JSON.parse(readFileSync(path, "utf8"))).data;
  } catch (error) {
    if (
      error instanceof SyntaxError ||
      isErrno(error, "ENOENT", "EACCES", "EISDIR", "ENOTDIR", "EIO", "ELOOP")
    )
      return undefined;
    throw error;
  }
}

/** Puts news to what is known, as of now. What cannot be written is found out again. */
export async function saveServerFile(
  path: string,
  now: number,
  news: Pick<ServerFile, "baseUrl" | "takes"> & Pick<Partial<ServerFile>, "facts">,
): Promise<void> {
  const at = new Date(now).toISOString();
  const known = readServerFile(path, now) ?? { v: 1, at, version: packageVersion() };
  // The date is that of the facts, as long as there are some.
  const file = { ...known, ...news, ...(news.facts !== undefined && { at }) };
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await replaceFile(nodeFiles(), path, Buffer.from(`${JSON.stringify(file, null, 2)}\n`));
  } catch (error) {
    if (!(error instanceof TroupeError) && !(error instanceof Error && "errno" in error)) throw error;
  }
}
