import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, statSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { replaceFile } from "../base/atomic-file.ts";
import { isErrno } from "../base/errors.ts";
import { nodeFiles } from "../base/node-files.ts";

const MOST_FILES = 50;

/** Keeps what was too long for the model: the newest 50 texts, in `folder` (0700), each in a file (0600) whose path it answers. */
export function resultFiles(folder: string): (text: string) => Promise<string> {
  return async (text) => {
    try {
      mkdirSync(folder, { mode: 0o700 });
    } catch (error) {
      if (!isErrno(error, "EEXIST")) throw error;
    }
    const name = createHash("sha256").update(text).digest("hex").slice(0, 16);
    const path = join(folder, `connector-${name}.txt`);
    await replaceFile(nodeFiles(), path, Buffer.from(text));
    for (const old of oldest(folder)) unlinkSync(old);
    return path;
  };
}

function oldest(folder: string): readonly string[] {
  const files = readdirSync(folder)
    .filter((name) => name.startsWith("connector-"))
    .map((name) => join(folder, name));
  if (files.length <= MOST_FILES) return [];
  const ages = new Map(files.map((path) => [path, statSync(path).mtimeMs]));
  return files.toSorted((one, other) => (ages.get(other) ?? 0) - (ages.get(one) ?? 0)).slice(MOST_FILES);
}
