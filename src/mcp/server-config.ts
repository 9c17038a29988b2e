import { expand, variablesIn } from "./expand.ts";

/** As `mcpServers` names it: what of an entry decides how the server is reached. */
export interface ServerEntry {
  readonly type?: "stdio" | "http" | "streamable-http" | "sse" | undefined;
  readonly command?: string | undefined;
  readonly args?: readonly string[] | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly url?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly timeout?: number | undefined;
  readonly alwaysLoad?: boolean | undefined;
}

export interface StdioServer {
  readonly kind: "stdio";
  readonly command: string;
  readonly args: readonly string[];
  /** Its own variables, besides what every server gets. */
  readonly env: Readonly<Record<string, string>>;
}

export interface RemoteServer {
  /** `http` falls back to `sse` where the server does not know it. */
  readonly kind: "http" | "sse";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** A server with its variables put in: may hold secrets, so it is never written down or shown. */
export interface ServerConfig {
  readonly name: string;
  readonly reach: StdioServer | RemoteServer;
  /** For one call, in ms. */
  readonly timeoutMs: number;
  readonly alwaysLoad: boolean;
}

const CALL_MS = 60_000;

/** What an entry comes to in this environment, and the variables that are not set there. */
export function serverConfig(
  name: string,
  entry: ServerEntry,
  env: Readonly<Record<string, string | undefined>>,
): { readonly config: ServerConfig; readonly missing: readonly string[] } {
  const missing = new Set<string>();
  const full = (text: string): string => expand(text, env, missing);
  const all = (texts: Readonly<Record<string, string>> = {}): Record<string, string> =>
    Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, full(text)]));
  const reach: ServerConfig["reach"] =
    entry.type === undefined || entry.type === "stdio"
      ? {
          kind: "stdio",
          command: full(entry.command ?? ""),
          args: (entry.args ?? []).map(full),
          env: all(entry.env),
        }
      : {
          kind: entry.type === "sse" ? "sse" : "http",
          url: full(entry.url ?? ""),
          headers: all(entry.headers),
        };
  return {
    config: {
      name,
      reach,
      timeoutMs: entry.timeout ?? CALL_MS,
      alwaysLoad: entry.alwaysLoad === true,
    },
    missing: [...missing],
  };
}

/** The variables that an entry asks for, with or without a default. */
export function variablesOf({ command, args, env, url, headers }: ServerEntry): readonly string[] {
  const texts = [command, ...(args ?? []), ...Object.values(env ?? {}), url, ...Object.values(headers ?? {})];
  return texts.flatMap((text) => (text === undefined ? [] : variablesIn(text)));
}
