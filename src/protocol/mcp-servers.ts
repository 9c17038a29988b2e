import { z } from "zod";
import { Confinement } from "./confinement.ts";

const Texts = z.record(z.string().min(1).max(200), z.string().max(32 * 1024));

/**
 * One entry of `mcpServers`, in Claude Code's shape: `.mcp.json`, `.claude.json`, `team.json`, a member's definition in
 * the journal. Loose: what other programs keep there stays. An empty `url` is a placeholder that nobody has filled in.
 */
export const McpServer = z
  .looseObject({
    type: z.enum(["stdio", "http", "streamable-http", "sse"]).optional(),
    command: z.string().min(1).max(4096).optional(),
    args: z
      .array(z.string().max(32 * 1024))
      .max(1000)
      .optional(),
    env: Texts.optional(),
    url: z.string().max(8192).optional(),
    headers: Texts.optional(),
    /** Milliseconds for one call. */
    timeout: z.int().min(1000).max(86_400_000).optional(),
    /** Its tools are loaded from the start. */
    alwaysLoad: z.boolean().optional(),
    sandbox: Confinement.optional(),
  })
  .superRefine((server, context) => {
    const missing = missingField(server);
    if (missing !== undefined) context.addIssue({ code: "custom", ...missing, input: server });
  });
export type McpServer = z.infer<typeof McpServer>;

export const McpServerName = z
  .string()
  .min(1)
  .max(100)
  .regex(/^[^\p{Cc}]+$/u, "no control characters");

/** A whole `mcpServers`, where one wrong entry makes all of it wrong. */
export const McpServers = z.record(McpServerName, McpServer);
/** The same, where each entry is judged by itself when it is used. */
export const LooseMcpServers = z.record(z.string(), z.unknown());

function missingField(server: {
  readonly type?: string | undefined;
  readonly command?: string | undefined;
  readonly url?: string | undefined;
  readonly headersHelper?: unknown;
}): { readonly path: string[]; readonly message: string } | undefined {
  const { type = "stdio", command, url } = server;
  if (server.headersHelper !== undefined)
    return {
      path: ["headersHelper"],
      message: "not supported: write the headers out, with ${VAR} for secrets",
    };
  if (type !== "stdio")
    return url === undefined ? { path: ["url"], message: `a server of type ${type} needs a url` } : undefined;
  if (command !== undefined) return undefined;
  if (url !== undefined && server.type === undefined)
    return { path: ["type"], message: "a server with a url needs a type: http or sse" };
  return { path: ["command"], message: "a server of type stdio needs a command" };
}
