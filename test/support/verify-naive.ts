import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { Evidence } from "./verify-evidence.ts";

const Inbox = z.array(z.looseObject({ id: z.string() }));

/** What `fixtures/naive.mjs` left in its folder, in the form that ours is read in: the same checks judge it. */
export function readNaiveEvidence(folder: string): Evidence {
  const broken: string[] = [];
  const path = join(folder, "inbox.json");
  const inbox = existsSync(path) ? parse(path, broken) : [];
  const counted = new Map(inbox.map((line) => [line.id, { id: line.id, line }]));
  return {
    logs: new Map([["mail/inbox", [...counted.values()]]]),
    transcripts: new Map(),
    behindSeal: new Map(),
    torn: [],
    broken,
    leftovers: readdirSync(folder).filter((name) => name.endsWith(".tmp") || name.endsWith(".lock")),
  };
}

function parse(path: string, broken: string[]): z.infer<typeof Inbox> {
  try {
    return Inbox.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch (error) {
    broken.push(`${path}: ${String(error)}`);
    return [];
  }
}
