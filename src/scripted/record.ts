import { Buffer } from "node:buffer";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Host } from "../base/host.ts";
import { sendError } from "./deliver.ts";
import { agentOfSystem, splitPath } from "./headers.ts";
import { openLocalServer, readBody } from "./local-server.ts";
import { conversationHash, type RecordedCall } from "./recording.ts";
import { parseRequest } from "./request.ts";

export interface Recorder {
  /** Used as base URL, with or without `/a/NAME`. */
  readonly url: string;
  readonly close: () => Promise<void>;
}

export interface RecorderOptions {
  /** Base URL of the server that answers, without `/v1`. */
  readonly upstream: string;
  /** Takes each line of the recording, with its newline, as soon as the answer is whole. */
  readonly write: (line: string) => void;
  readonly port?: number;
  readonly host: Host;
}

const MAX_BODY = 64 * 1024 * 1024;
/** Of one connection, or told anew by this server. */
const NOT_FORWARDED: ReadonlySet<string> = new Set([
  "host",
  "connection",
  "keep-alive",
  "transfer-encoding",
  "content-length",
  "content-encoding",
  "accept-encoding",
  "expect",
]);
/** Answer headers that steer what the caller does next. */
const KEPT = /^(retry-after|retry-after-ms|x-should-retry)$/;

/**
 * Stands between an agent and its model, passes everything on and records each call of `/v1/messages` with its answer, for
 * `startReplay`. Keys go to the model and nowhere else. Throws `already_running` when the port is taken.
 */
export async function startRecorder({ upstream, write, port, host }: RecorderOptions): Promise<Recorder> {
  const turns = new Map<string, number>();
  const base = upstream.replace(/\/+$/, "");

  async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const target = new URL(request.url ?? "/", "http://127.0.0.1");
    const { agent, path } = splitPath(target.pathname);
    const body = await readBody(request, MAX_BODY);
    const gone = new AbortController();
    response.once("close", () => gone.abort());
    const answer = await fetch(`${base}${path}${target.search}`, {
      method: request.method ?? "GET",
      headers: forwarded(request),
      ...(body !== undefined && body.length > 0 && { body: new Uint8Array(body) }),
      signal: gone.signal,
    });
    const { bytes, cut } = await passOn(answer, response);
    const call = path === "/v1/messages" && body ? messagesCall(agent, body) : undefined;
    if (!call) return;
    const turn = (turns.get(call.agent) ?? 0) + 1;
    turns.set(call.agent, turn);
    const headers = Object.fromEntries([...answer.headers].filter(([name]) => KEPT.test(name)));
    const type = answer.headers.get("content-type") ?? "";
    const line: RecordedCall = {
      ...call,
      turn,
      response: { status: answer.status, type, headers, body: bytes.toString("utf8"), cut },
    };
    write(`${withoutKeys(JSON.stringify(line), request)}\n`);
  }

  const server = await openLocalServer(port ?? 0, (request, response) =>
    pass(request, response).catch((error: unknown) => {
      response.setHeader("request-id", `req_${host.newId()}`);
      if (response.headersSent) response.destroy();
      else sendError(response, { status: 502, message: `${base} cannot be reached: ${String(error)}` });
    }),
  );
  return { url: server.url, close: server.close };
}

function forwarded(request: IncomingMessage): Record<string, string> {
  const entries = Object.entries(request.headers).flatMap(([name, value]) =>
    NOT_FORWARDED.has(name) || value === undefined ? [] : [[name, [value].flat().join(", ")] as const],
  );
  return Object.fromEntries(entries);
}

/** Sends an answer on piece by piece, so that a stream stays one. `cut`: it broke off. */
async function passOn(
  answer: Response,
  response: ServerResponse,
): Promise<{ readonly bytes: Buffer; readonly cut: boolean }> {
  for (const [name, value] of answer.headers) if (!NOT_FORWARDED.has(name)) response.setHeader(name, value);
  response.writeHead(answer.status);
  const chunks: Buffer[] = [];
  const reader: ReadableStreamDefaultReader<Uint8Array> | undefined = answer.body?.getReader();
  try {
    for (;;) {
      const read = await reader?.read();
      if (!read || read.done) break;
      chunks.push(Buffer.from(read.value));
      response.write(read.value);
    }
    response.end();
    return { bytes: Buffer.concat(chunks), cut: false };
  } catch (error) {
    // undici's word for a body that ends early; an abort is the caller's own going away.
    if (!(error instanceof TypeError || (error instanceof Error && error.name === "AbortError"))) throw error;
    response.destroy();
    return { bytes: Buffer.concat(chunks), cut: true };
  }
}

function messagesCall(
  agent: string | undefined,
  body: Buffer,
): { readonly agent: string; readonly hash: string; readonly request: unknown } | undefined {
  const request = parseBody(body);
  const parsed = parseRequest(request);
  // What this server does not understand was passed on; it cannot be replayed.
  if (!parsed.ok) return undefined;
  return {
    agent: agent ?? agentOfSystem(parsed.request.system) ?? "*",
    hash: conversationHash(parsed.request.messages),
    request,
  };
}

function parseBody(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Keys are never recorded with the headers; this is for one that stands in a text. */
function withoutKeys(line: string, request: IncomingMessage): string {
  const sent = [request.headers["x-api-key"], request.headers.authorization?.replace(/^Bearer\s+/i, "")];
  const keys = sent.flat().filter((key) => key !== undefined && key.length >= 8);
  return keys
    .reduce((text: string, key) => text.replaceAll(key ?? "", "[key removed]"), line)
    .replaceAll(/sk-ant-[\w-]{8,}/g, "[key removed]");
}
