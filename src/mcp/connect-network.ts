import type { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { SSEClientTransport } from "@modelcontextprotocol/sdk/client/sse.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { z } from "zod";
import { type Connection, connectionOf } from "./connection.ts";
import { deferred } from "./deferred.ts";
import { type GuardedFetch, guardedFetch } from "./guarded-fetch.ts";
import { type Listener, openClient } from "./open-client.ts";
import type { RemoteServer, ServerConfig } from "./server-config.ts";
import { strayCounter } from "./stray-counter.ts";
import { withinMs } from "./within-ms.ts";

const GOODBYE_MS = 2_000;

/** Speaks with a server over streamable HTTP, or over the older SSE. */
export async function connectNetwork(
  config: ServerConfig,
  { kind, url, headers }: RemoteServer,
  { around, onTools }: Listener,
  signal: AbortSignal,
): Promise<Connection> {
  const network = guardedFetch(around.hosts);
  const end = deferred<string>();
  const stray = strayCounter((why) => {
    around.log(why);
    end.resolve(why);
    void transport.close();
  });
  const options = { fetch: network.fetch, requestInit: { headers: { ...headers } } };
  const transport: Transport =
    kind === "http"
      ? new StreamableHTTPClientTransport(new URL(url), options)
      : new SSEClientTransport(new URL(url), options);
  Object.assign(transport, {
    onerror: (error: Error) => {
      if (error instanceof SyntaxError || error instanceof z.core.$ZodError)
        stray("an event that is no message", around.log);
    },
    onclose: () => end.resolve("the connection was closed"),
  });
  const abort = (): void => network.close();
  signal.addEventListener("abort", abort);
  try {
    const client = await openClient(transport, { around, onTools }, abort);
    return {
      ...connectionOf(client, config, end.resolve),
      lost: end.promise,
      close: () => endSession(client, transport, network),
    };
  } catch (error) {
    network.close();
    throw error;
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

/** Says goodbye where the server keeps a session, and does not wait long for an answer. */
async function endSession(client: Client, transport: Transport, network: GuardedFetch): Promise<void> {
  try {
    if (transport instanceof StreamableHTTPClientTransport)
      await withinMs(transport.terminateSession(), GOODBYE_MS, () => undefined);
  } catch (error) {
    // A server that has gone needs no goodbye.
    if (!(error instanceof Error)) throw error;
  } finally {
    await client.close();
    network.close();
  }
}
