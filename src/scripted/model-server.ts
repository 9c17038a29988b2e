import type { Buffer } from "node:buffer";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Host } from "../base/host.ts";
import type { ApiError } from "./api-error.ts";
import { send, sendError } from "./deliver.ts";
import { agentOfSystem, headerFault, splitPath } from "./headers.ts";
import { openLocalServer, readBody } from "./local-server.ts";
import { type ModelRequest, parseCountRequest, parseRequest } from "./request.ts";
import { bytesOf, requestParts, tokensOf } from "./usage.ts";

/** One call that reached the server, whatever became of it. */
export interface SeenRequest {
  readonly method: string;
  /** Without `/a/NAME` and the query. */
  readonly path: string;
  readonly agent: string | undefined;
  /** Undefined when it was no JSON, and when the server no longer keeps it. */
  readonly body: unknown;
  /** HTTP status; 0 while it is not answered and when the caller went away before. */
  readonly status: number;
  /** Line of the script or recording that answered. */
  readonly line?: number;
}

export interface ScriptedModel {
  /** `http://127.0.0.1:PORT`; an agent's base URL is this or this with `/a/NAME`. */
  readonly url: string;
  readonly requests: () => readonly SeenRequest[];
  /** Ends every connection, also those in the middle of an answer. */
  readonly close: () => Promise<void>;
}

/** A request to `/v1/messages` that has passed every check. */
export interface Asked {
  readonly agent: string | undefined;
  readonly request: ModelRequest;
  /** Remembers which line of a script or recording answers. */
  readonly note: (line: number) => void;
  /** Aborts when the caller has gone. */
  readonly signal: AbortSignal;
}

/** Answers on `response`, or says what is wrong and leaves `response` alone. */
export type Answerer = (asked: Asked, response: ServerResponse) => Promise<ApiError | undefined>;

export interface ModelServerOptions {
  readonly answer: Answerer;
  /** What the list of models calls it. */
  readonly displayName: string;
  /** 0 or absent: one that is free. */
  readonly port?: number | undefined;
  readonly host: Host;
  /** One line a refused call, for people. Must not throw. */
  readonly log?: ((line: string) => void) | undefined;
  /** So many of the last requests keep their body; all unless given. Each holds a conversation from its beginning: a server that runs for hours must not keep them. */
  readonly bodies?: number | undefined;
  /** local: as small servers that speak the dialect do, it refuses betas and cache marks, and counts no tokens. */
  readonly dialect?: "local" | undefined;
}

/** Bytes of the largest body that is read, as the API has it. */
const MAX_BODY = 32 * 1024 * 1024;

/**
 * The Messages API on 127.0.0.1 in front of `answer`: `/v1/messages`, `/v1/messages/count_tokens`, `/v1/models`,
 * `/v1/models/ID`, each also under `/a/NAME`. Throws `already_running` when the port is taken.
 */
export async function startModelServer(options: ModelServerOptions): Promise<ScriptedModel> {
  const serving: Serving = { ...options, seen: [] };
  const server = await openLocalServer(options.port ?? 0, (request, response) =>
    serve(serving, request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else sendError(response, { status: 500, message: String(error) });
    }),
  );
  return { url: server.url, requests: () => serving.seen, close: server.close };
}

interface Serving extends ModelServerOptions {
  readonly seen: SeenRequest[];
}

async function serve(serving: Serving, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { host } = serving;
  const url = new URL(request.url ?? "/", "http://127.0.0.1");
  const { agent, path } = splitPath(url.pathname);
  response.setHeader("request-id", `req_${host.newId()}`);
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  const bytes = await readBody(request, MAX_BODY);
  const call: Call = {
    method: request.method ?? "GET",
    path,
    agent,
    body: parseBody(bytes),
    headers: request.headers,
    response,
    signal: gone.signal,
  };
  const index = serving.seen.push({ method: call.method, path, agent, body: call.body, status: 0 }) - 1;
  if (serving.bodies !== undefined) note(serving, index - serving.bodies, { body: undefined });
  response.once("finish", () => note(serving, index, { status: response.statusCode }));
  const fault =
    bytes === undefined ? { status: 413, message: "Request exceeds the maximum size" } : undefined;
  const error =
    fault ?? headerFault(call.headers) ?? localFault(serving, call) ?? (await route(serving, call, index));
  if (error) {
    serving.log?.(`${agent ?? "?"} ${call.method} ${path}: ${error.status} ${error.message}`);
    sendError(response, error);
  }
}

interface Call {
  readonly method: string;
  readonly path: string;
  readonly agent: string | undefined;
  readonly body: unknown;
  readonly headers: IncomingMessage["headers"];
  readonly response: ServerResponse;
  readonly signal: AbortSignal;
}

function note(serving: Serving, index: number, facts: Partial<SeenRequest>): void {
  const seen = serving.seen[index];
  if (seen) serving.seen[index] = { ...seen, ...facts };
}

/** The JSON value of a body; undefined when there is none or it does not parse. */
function parseBody(bytes: Buffer | undefined): unknown {
  if (bytes === undefined || bytes.length === 0) return undefined;
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** What a server of one's own would not know. */
function localFault({ dialect }: Serving, { headers, path, body }: Call): ApiError | undefined {
  if (dialect !== "local") return undefined;
  if (path === "/v1/messages/count_tokens") return { status: 404, message: "404 page not found" };
  if (headers["anthropic-beta"] !== undefined)
    return { status: 400, message: "unknown header anthropic-beta" };
  if (!JSON.stringify(body ?? null).includes('"cache_control":')) return undefined;
  return { status: 400, message: 'invalid request: json: unknown field "cache_control"' };
}

async function route(serving: Serving, call: Call, index: number): Promise<ApiError | undefined> {
  const { method, path } = call;
  if (method === "POST" && path === "/v1/messages") return answerMessages(serving, call, index);
  if (method === "POST" && path === "/v1/messages/count_tokens") return answerCount(call);
  if (method === "GET" && path === "/v1/models") {
    const model = modelInfo(serving);
    const list = { data: [model], has_more: false, first_id: model.id, last_id: model.id };
    send(call.response, { status: 200, type: "application/json", body: JSON.stringify(list) });
    return undefined;
  }
  if (method === "GET" && path.startsWith("/v1/models/")) return answerModel(serving, call);
  return { status: 404, message: `Not found: ${method} ${path}` };
}

async function answerMessages(serving: Serving, call: Call, index: number): Promise<ApiError | undefined> {
  const parsed = parseRequest(call.body);
  if (!parsed.ok) return { status: 400, message: parsed.message };
  const { request } = parsed;
  const agent = call.agent ?? agentOfSystem(request.system);
  note(serving, index, { agent });
  const asked = {
    agent,
    request,
    note: (line: number) => note(serving, index, { line }),
    signal: call.signal,
  };
  return serving.answer(asked, call.response);
}

function answerCount(call: Call): ApiError | undefined {
  const parsed = parseCountRequest(call.body);
  if (!parsed.ok) return { status: 400, message: parsed.message };
  const count = { input_tokens: tokensOf(bytesOf(requestParts(parsed.request))), context_management: null };
  send(call.response, { status: 200, type: "application/json", body: JSON.stringify(count) });
  return undefined;
}

/** Any name of a model is served; the list names one. */
function modelInfo({ displayName }: Serving) {
  return {
    type: "model",
    id: "scripted",
    display_name: displayName,
    created_at: "2026-01-01T00:00:00Z",
    max_input_tokens: 200_000,
    max_tokens: 32_000,
    capabilities: null,
  };
}

function answerModel(serving: Serving, call: Call): ApiError | undefined {
  const model = modelInfo(serving);
  const id = decodeURIComponent(call.path.slice("/v1/models/".length));
  if (id !== model.id) return { status: 404, message: `model: ${id}` };
  send(call.response, { status: 200, type: "application/json", body: JSON.stringify(model) });
  return undefined;
}
