import { resolve } from "node:path";
import type { Host } from "../base/host.ts";
import type { MemberDefinition } from "../protocol/entries.ts";
import { findModelSource } from "./model-source.ts";
import { openRulebook } from "./rulebook.ts";

/** A team that is to be made or started: where it works, and who. */
interface Starting {
  readonly dir: string;
  readonly members: readonly { readonly definition: MemberDefinition }[];
}

/**
 * What would end every member at its start is told before anything is made: no model, or settings that cannot be read.
 * Throws `auth_missing`; `bad_settings` with the file.
 */
export async function checkReady(host: Host, { dir, members }: Starting): Promise<void> {
  await findModelSource(host);
  const folders = new Set(members.map(({ definition }) => resolve(dir, definition.dir ?? dir)));
  // What is only told is told by the members.
  for (const folder of folders) await openRulebook(host, folder, () => undefined);
}
