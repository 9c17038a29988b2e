import { TroupeError } from "../base/errors.ts";
import type { Host } from "../base/host.ts";
import { createRedactor, type Redactor, secretsIn } from "../base/redact.ts";
import { safeText } from "../base/safe-text.ts";
import type { Connection } from "../mcp/connection.ts";
import { serverConfig } from "../mcp/server-config.ts";
import { connectorSecrets } from "./connector-secrets.ts";
import type { SeenConnector } from "./connector-view.ts";
import { type TriedTool, tokensOf, triedTools } from "./tried-tools.ts";
import { visitorSurroundings } from "./visitor-surroundings.ts";

/** What a try came to. `said`: the last lines that the server wrote to stderr, and what is said of it. */
export type TriedConnector = { readonly said: readonly string[]; readonly ms: number } & (
  | {
      readonly ok: true;
      readonly about: Connection["about"];
      readonly instructionTokens: number;
      readonly tools: readonly TriedTool[];
      /** What was left out, and why. */
      readonly problems: readonly string[];
    }
  | { readonly ok: false; readonly why: string }
);

const LAST_LINES = 10;
const LINE_CHARACTERS = 500;

/**
 * Connects as a member's process does, with the same environment and behind the same wall, asks for the tools and ends
 * the server again. Does not reject for what becomes of it. `signal` gives it up.
 */
export async function tryConnector(
  host: Host,
  seen: SeenConnector,
  signal: AbortSignal,
): Promise<TriedConnector> {
  const { config } = serverConfig(seen.name, seen.entry, host.env);
  const redactor = createRedactor([...secretsIn(host.env), ...connectorSecrets(config)]);
  const lines: string[] = [];
  const around = visitorSurroundings(host, seen, (text) => {
    lines.push(...linesOf(text, redactor));
    lines.splice(0, lines.length - LAST_LINES);
  });
  const began = performance.now();
  const end = <T extends object>(what: T): T & { said: readonly string[]; ms: number } => ({
    ...what,
    said: lines,
    ms: Math.round(performance.now() - began),
  });
  let connection: Connection | undefined;
  try {
    const { connect } = await import("../mcp/connect.ts");
    connection = await connect(config, around, () => undefined, signal);
    const { tools, problems } = await connection.listTools();
    return end({
      ok: true as const,
      about: connection.about,
      instructionTokens: tokensOf(connection.instructions ?? ""),
      tools: triedTools(tools, seen.seat.folder),
      problems,
    });
  } catch (error) {
    signal.throwIfAborted();
    return end({ ok: false as const, why: redactor.hide(whyOf(error)) });
  } finally {
    await connection?.close();
  }
}

function linesOf(text: string, { hide }: Pick<Redactor, "hide">): readonly string[] {
  return hide(safeText(text))
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => line.trimEnd().slice(0, LINE_CHARACTERS));
}

function whyOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (/timed out|no answer within/i.test(error.message)) return "it started, and did not answer within 10 s";
  const hint = error instanceof TroupeError && error.hint !== undefined ? `; ${error.hint}` : "";
  const cause =
    error.cause instanceof Error && error.message === "fetch failed" ? `: ${error.cause.message}` : "";
  return safeText(`${error.message}${cause}${hint}`);
}
