import { Buffer } from "node:buffer";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { isErrno, TroupeError } from "../base/errors.ts";

export interface LocalServer {
  readonly url: string;
  /** Ends every connection, also those in the middle of an answer. */
  readonly close: () => Promise<void>;
}

/** Serves HTTP on 127.0.0.1; port 0 takes one that is free. `serve` must not reject. Throws `already_running` when the port is taken. */
export async function openLocalServer(
  port: number,
  serve: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
): Promise<LocalServer> {
  // Nobody waits for the answer to one call.
  const server = createServer((request, response) => void serve(request, response));
  const taken = await listen(server, port);
  return {
    url: `http://127.0.0.1:${taken}`,
    close: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Listens on 127.0.0.1 and answers the port. */
async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, "127.0.0.1");
  try {
    await once(server, "listening");
  } catch (error) {
    if (isErrno(error, "EADDRINUSE", "EACCES"))
      throw new TroupeError("already_running", `port ${port} on 127.0.0.1 cannot be used: ${error.code}`, {
        hint: "use port 0, which takes one that is free",
        cause: error,
      });
    throw error;
  }
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a TCP server has a port");
  return address.port;
}

/** The body, or undefined when it is larger than `max`; read to its end all the same, so that the answer arrives. */
export async function readBody(request: IncomingMessage, max: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= max) chunks.push(chunk);
  }
  return size > max ? undefined : Buffer.concat(chunks);
}
