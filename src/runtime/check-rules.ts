import { resolve } from "node:path";
import type { Host } from "../base/host.ts";
import { openRulebook } from "./rulebook.ts";

/**
 * Reads the settings that bind members in these folders, before anybody is started: with one that cannot be read no
 * member would stay. Throws `bad_settings` with the file. What is only told is told by the members.
 */
export async function checkRules(
  host: Host,
  dir: string,
  folders: Iterable<string | undefined>,
): Promise<void> {
  const all = new Set([...folders].map((folder) => resolve(dir, folder ?? dir)));
  for (const folder of all) await openRulebook(host, folder, () => undefined);
}
