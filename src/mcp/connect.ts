import { StreamableHTTPError } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { connectNetwork } from "./connect-network.ts";
import { connectPipe } from "./connect-pipe.ts";
import type { Connection } from "./connection.ts";
import type { ServerConfig } from "./server-config.ts";
import type { Surroundings } from "./surroundings.ts";

/** Connects to a server, or throws why not. `onTools` is called when its list of tools has changed. */
export async function connect(
  config: ServerConfig,
  around: Surroundings,
  onTools: () => void,
  signal: AbortSignal,
): Promise<Connection> {
  const { reach } = config;
  const listener = { around, onTools };
  if (reach.kind === "stdio") return connectPipe(config, reach, listener, signal);
  if (reach.kind === "sse") return connectNetwork(config, reach, listener, signal);
  try {
    return await connectNetwork(config, reach, listener, signal);
  } catch (error) {
    // The specification: a server that answers the first POST with 400, 404 or 405 may speak the older transport.
    const isOlder = error instanceof StreamableHTTPError && [400, 404, 405].includes(error.code ?? 0);
    if (!isOlder) throw error;
    around.log("no streamable HTTP here; trying SSE");
    return connectNetwork(config, { ...reach, kind: "sse" }, listener, signal);
  }
}
