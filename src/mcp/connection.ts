import type { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { ErrorCode, McpError } from "@modelcontextprotocol/sdk/types.js";
import { z } from "zod";
import { readTools, type ToolList } from "./remote-tool.ts";
import { compileTrouble } from "./schema-compiles.ts";
import type { ServerConfig } from "./server-config.ts";

/** What a call came back with, before it is made into text. */
export const CallAnswer = z.looseObject({
  content: z.array(z.unknown()).default([]),
  structuredContent: z.unknown().optional(),
  isError: z.boolean().optional(),
});
export type CallAnswer = z.infer<typeof CallAnswer>;

/** One client of one server, from its initialization to its end. */
export interface Connection {
  readonly instructions: string | undefined;
  /** As the server names itself. */
  readonly about: { readonly name: string; readonly version: string };
  /** Its tools, and what of them cannot be used. */
  readonly listTools: () => Promise<ToolList>;
  /** Throws McpError for an answer that is an error or does not come in time, else what the transport throws. */
  readonly call: (tool: string, input: unknown, signal: AbortSignal) => Promise<CallAnswer>;
  /** Whether it still answers anything. */
  readonly isAnswering: () => Promise<boolean>;
  /** Nothing can be sent any more; `lost` follows. */
  readonly isOver: () => boolean;
  /** Why the connection is over, when it is; never rejects. */
  readonly lost: Promise<string>;
  readonly close: () => Promise<void>;
}

/** Source: faults.md J6. */
const LIST_MS = 10_000;
const PING_MS = 5_000;
const MOST_TOOLS = 2_000;
const METHOD_NOT_FOUND: number = ErrorCode.MethodNotFound;

const ToolPage = z.looseObject({ tools: z.array(z.unknown()), nextCursor: z.string().optional() });

/** What can be done with a client that is initialized; `lose` is told when its transport has failed. */
export function connectionOf(
  client: Client,
  { name, timeoutMs }: ServerConfig,
  lose: (why: string) => void = () => undefined,
): Omit<Connection, "lost" | "close"> {
  return {
    instructions: client.getInstructions(),
    about: client.getServerVersion() ?? { name, version: "" },
    listTools: async () => {
      if (client.getServerCapabilities()?.tools === undefined) return { tools: [], problems: [] };
      const tools: unknown[] = [];
      let cursor: string | undefined;
      do {
        const page = await client.request(
          { method: "tools/list", params: cursor === undefined ? {} : { cursor } },
          ToolPage,
          { timeout: LIST_MS },
        );
        tools.push(...page.tools);
        cursor = page.nextCursor;
      } while (cursor !== undefined && tools.length < MOST_TOOLS);
      return readTools(name, tools.slice(0, MOST_TOOLS), compileTrouble);
    },
    call: async (tool, input, signal) => {
      // A signal of its own: the SDK never takes its listener away again.
      const own = new AbortController();
      const abort = (): void => own.abort(new McpError(ErrorCode.RequestTimeout, "interrupted"));
      signal.addEventListener("abort", abort);
      if (signal.aborted) abort();
      try {
        const params = { name: tool, arguments: input };
        return await client.request({ method: "tools/call", params }, CallAnswer, {
          timeout: timeoutMs,
          signal: own.signal,
        });
      } catch (error) {
        if (!(error instanceof McpError) && error instanceof Error) lose(error.message);
        throw error;
      } finally {
        signal.removeEventListener("abort", abort);
      }
    },
    isOver: () => client.transport === undefined,
    isAnswering: async () => {
      try {
        await client.ping({ timeout: PING_MS });
        return true;
      } catch (error) {
        if (error instanceof McpError && error.code === METHOD_NOT_FOUND) return true;
        if (error instanceof Error) return false;
        throw error;
      }
    },
  };
}
