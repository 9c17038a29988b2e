import { basename } from "node:path";
import { pathToFileURL } from "node:url";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import {
  ElicitRequestSchema,
  ErrorCode,
  ListRootsRequestSchema,
  McpError,
  ToolListChangedNotificationSchema,
} from "@modelcontextprotocol/sdk/types.js";
import { packageVersion } from "../base/package-version.ts";
import type { Surroundings } from "./surroundings.ts";
import { withinMs } from "./within-ms.ts";

export interface Listener {
  readonly around: Surroundings;
  readonly onTools: () => void;
}

/** Source: faults.md J6. */
const INITIALIZE_MS = 10_000;

/** Initializes a client, or throws within 10 s; `kill` ends what does not answer. */
export async function openClient(
  transport: Transport,
  { around, onTools }: Listener,
  kill: () => void,
): Promise<Client> {
  const client = new Client(
    { name: "troupe", version: packageVersion() },
    { capabilities: { roots: {}, elicitation: {} } },
  );
  client.setRequestHandler(ListRootsRequestSchema, () => ({
    roots: [{ uri: pathToFileURL(around.dir).href, name: basename(around.dir) }],
  }));
  // Nobody sits before an agent: a server that asks is told no, at once.
  client.setRequestHandler(ElicitRequestSchema, () => ({ action: "decline" as const }));
  client.fallbackRequestHandler = ({ method }) =>
    Promise.reject(new McpError(ErrorCode.MethodNotFound, `troupe declines ${method}`));
  client.setNotificationHandler(ToolListChangedNotificationSchema, onTools);
  try {
    // The SDK bounds the request, not the start of the transport.
    await withinMs(client.connect(transport, { timeout: INITIALIZE_MS }), INITIALIZE_MS, kill);
    return client;
  } catch (error) {
    await client.close();
    await transport.close();
    throw error;
  }
}
