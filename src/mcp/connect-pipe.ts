import { ErrorCode, McpError } from "@modelcontextprotocol/sdk/types.js";
import { isErrno, TroupeError } from "../base/errors.ts";
import { type Connection, connectionOf } from "./connection.ts";
import { deferred } from "./deferred.ts";
import { type Listener, openClient } from "./open-client.ts";
import type { ServerConfig, StdioServer } from "./server-config.ts";
import { stdioTransport } from "./stdio-transport.ts";
import { strayCounter } from "./stray-counter.ts";
import { wholeLines } from "./whole-lines.ts";

const CLOSED: number = ErrorCode.ConnectionClosed;

/** Starts a server as a child process and speaks with it over its stdin and stdout. */
export async function connectPipe(
  config: ServerConfig,
  { command, args, env }: StdioServer,
  { around, onTools }: Listener,
  signal: AbortSignal,
): Promise<Connection> {
  const stray = strayCounter((why) => {
    around.log(why);
    end.resolve(why);
    transport.kill();
  });
  const end = deferred<string>();
  const errors = wholeLines(around.log);
  const transport = stdioTransport({
    argv: [command, ...args],
    dir: around.dir,
    env: { ...around.env, ...env },
    tag: around.tag,
    confine: around.confine,
    onError: errors.add,
    onStray: (what) => stray(what, around.log),
  });
  void transport.ended.then((how) => {
    errors.end();
    return end.resolve(how);
  });
  const abort = (): void => transport.kill();
  signal.addEventListener("abort", abort);
  try {
    const client = await openClient(transport, { around, onTools }, abort);
    // Also where the client has given up its transport: what the server left behind is still to be found.
    return { ...connectionOf(client, config), lost: end.promise, close: () => transport.close() };
  } catch (error) {
    // EPIPE: it was gone before it was spoken to.
    const isGone = (error instanceof McpError && error.code === CLOSED) || isErrno(error, "EPIPE");
    if (!isGone) throw error;
    throw new TroupeError("failed", `it ended before it was ready: ${await end.promise}`, { cause: error });
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
