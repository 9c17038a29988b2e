import type { Dialect, Extra } from "../agent/dialect.ts";
import { probeServer, type ServerFacts } from "../agent/probe-server.ts";
import type { Host } from "../base/host.ts";
import { serverFile } from "../protocol/paths.ts";
import { configFolder } from "./config-folder.ts";
import { type ModelSource, openModel, rateKey } from "./model-source.ts";
import { readServerFile, type ServerFile, saveServerFile } from "./server-file.ts";

/** One for each file, so that all models of a process know what one of them met. */
const opened = new Map<string, Dialect>();

/** What is known of the server behind `source`, and kept for a week. Reads at the first question, writes only what was refused. */
export function dialectOf(host: Host, source: ModelSource): Dialect {
  const path = pathOf(host, source);
  const known = opened.get(path) ?? openDialect(host, source, path);
  opened.set(path, known);
  return known;
}

function openDialect({ now }: Host, { baseUrl }: ModelSource, path: string): Dialect {
  let takes: ServerFile["takes"] | undefined;
  const load = (): ServerFile["takes"] => {
    takes ??= { ...readServerFile(path, now())?.takes };
    return takes;
  };
  return {
    takes: (extra) => load()[extra],
    learned: (extra: Extra, does: boolean) => {
      if (load()[extra] === does) return;
      takes = { ...load(), [extra]: does };
      // What was taken is no news for the next process: it would try anyway.
      if (!does) void saveServerFile(path, now(), { baseUrl: baseUrl ?? "", takes });
    },
  };
}

/** What the server can do, asked when nobody knows or it was long ago. `at`: when it was asked. */
export async function serverFacts(
  host: Host,
  source: ModelSource,
  signal: AbortSignal,
): Promise<{ readonly facts: ServerFacts; readonly at: string }> {
  const path = pathOf(host, source);
  const known = readServerFile(path, host.now());
  if (known?.facts !== undefined) return { facts: known.facts, at: known.at };
  const facts = await probeServer(openModel(host, undefined, source), signal);
  const takes = { ...known?.takes, ...(facts.cache !== null && { cache: facts.cache }) };
  // A server that is not ready now may be in a minute.
  if (facts.streams === true)
    await saveServerFile(path, host.now(), { baseUrl: source.baseUrl ?? "", takes, facts });
  return { facts, at: new Date(host.now()).toISOString() };
}

function pathOf(host: Host, source: ModelSource): string {
  return serverFile(configFolder(host), rateKey(host, source));
}
