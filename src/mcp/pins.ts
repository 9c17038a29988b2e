import { readFileSync } from "node:fs";
import { z } from "zod";
import { replaceFile } from "../base/atomic-file.ts";
import { isErrno } from "../base/errors.ts";
import { nodeFiles } from "../base/node-files.ts";
import { createSerial } from "../base/serial.ts";

/** What a tool said of itself when it was last approved, so that a change is noticed (faults.md J9). */
export interface Pins {
  /** True when the tool was approved with another name, description or schema than this hash stands for. */
  readonly isChanged: (tool: string, hash: string) => boolean;
  /** Somebody allowed the tool once. */
  readonly isPinned: (tool: string) => boolean;
  /** Returns when it is written down. Throws what the disk throws. */
  readonly pin: (tool: string, hash: string) => Promise<void>;
}

const File = z.looseObject({ v: z.literal(1), tools: z.record(z.string(), z.string()) });

/** Pins in the file at `path` (0600), which has one writer. A file that cannot be understood counts as: everything has changed. */
export function openPins(path: string): Pins {
  const found = readPins(path);
  const pins = new Map(found);
  const inTurn = createSerial();
  return {
    isChanged: (tool, hash) => (found === undefined && !pins.has(tool)) || (pins.get(tool) ?? hash) !== hash,
    isPinned: (tool) => pins.has(tool),
    pin: async (tool, hash) => {
      if (pins.get(tool) === hash) return;
      pins.set(tool, hash);
      await inTurn(() => {
        const text = JSON.stringify({ v: 1, tools: Object.fromEntries(pins) }, undefined, 1);
        return replaceFile(nodeFiles(), path, Buffer.from(`${text}\n`));
      });
    },
  };
}

/** Nothing for a file that is not there; undefined for one that is damaged. */
function readPins(path: string): readonly (readonly [string, string])[] | undefined {
  try {
    const parsed = File.safeParse(JSON.parse(readFileSync(path, "utf8")));
    return parsed.success ? Object.entries(parsed.data.tools) : undefined;
  } catch (error) {
    if (isErrno(error, "ENOENT")) return [];
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
