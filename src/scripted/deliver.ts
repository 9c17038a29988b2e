import { Buffer } from "node:buffer";
import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { type ApiError, errorBody } from "./api-error.ts";
import type { Answer } from "./progress.ts";
import type { Fault } from "./script.ts";
import { encodeJson, encodeStream } from "./stream.ts";

/** Sends one answer with its delay and its fault. Ends early, without an error, when `signal` says that the caller has gone. */
export async function deliver(
  response: ServerResponse,
  answer: Answer,
  streamed: boolean,
  signal: AbortSignal,
): Promise<void> {
  const { fault } = answer;
  try {
    signal.throwIfAborted();
    if (answer.delayMs > 0) await pause(answer.delayMs, undefined, { signal });
    if (fault?.hang) {
      await once(signal, "abort");
      return;
    }
    const error = errorFault(answer);
    if (error) {
      sendError(response, error);
      return;
    }
    if (fault?.html) {
      send(response, { status: 200, type: "text/html; charset=utf-8", body: WEB_PAGE });
      return;
    }
    await sendMessage(response, answer, streamed, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

const WEB_PAGE =
  "<!doctype html>\n<html><head><title>Sign in</title></head><body>Sign in to continue</body></html>\n";

function errorFault({ fault }: Answer): ApiError | undefined {
  if (fault?.tooLong) return { status: 400, message: "prompt is too long: 200001 tokens > 200000 maximum" };
  return fault === undefined ? undefined : statusError(fault);
}

/** A fault with a status, as the API would say it. */
export function statusError({ status, retryAfterMs }: Fault): ApiError | undefined {
  if (status === undefined) return undefined;
  return {
    status,
    message: `scripted fault ${status}`,
    ...(retryAfterMs !== undefined && { headers: { "retry-after-ms": String(retryAfterMs) } }),
  };
}

export function sendError(response: ServerResponse, error: ApiError): void {
  const id = String(response.getHeader("request-id") ?? "");
  for (const [name, value] of Object.entries(error.headers ?? {})) response.setHeader(name, value);
  send(response, { status: error.status, type: "application/json", body: errorBody(error, id) });
}

export function send(
  response: ServerResponse,
  { status, type, body }: { status: number; type: string; body: string },
): void {
  response.writeHead(status, { "content-type": type, "content-length": Buffer.byteLength(body) });
  response.end(body);
}

async function sendMessage(
  response: ServerResponse,
  { message, fault }: Answer,
  streamed: boolean,
  signal: AbortSignal,
): Promise<void> {
  const badJson = fault?.badJson === true;
  const pieces = streamed ? encodeStream(message, badJson) : [encodeJson(message, badJson)];
  response.writeHead(200, {
    "content-type": streamed ? "text/event-stream; charset=utf-8" : "application/json",
    ...(streamed && { "cache-control": "no-cache" }),
  });
  let left = fault?.cut ?? Infinity;
  for (const piece of pieces) {
    if (fault?.slow !== undefined) await pause(fault.slow, undefined, { signal });
    const bytes = Buffer.from(piece);
    const part = bytes.subarray(0, Math.min(left, bytes.length));
    await write(response, part);
    left -= part.length;
    if (left <= 0) {
      response.destroy();
      return;
    }
  }
  response.end();
}

/** Resolves when the bytes are with the kernel, so that a connection cut behind them does not lose them. */
export async function write(response: ServerResponse, bytes: Uint8Array): Promise<void> {
  // An empty chunk would never be acknowledged: only the headers go out.
  if (bytes.length === 0) response.flushHeaders();
  else
    await new Promise<void>((resolve, reject) => {
      response.write(bytes, (error) => (error ? reject(error) : resolve()));
    });
}
