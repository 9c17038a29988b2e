import type { Buffer } from "node:buffer";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Host } from "../base/host.ts";
import type { ApiError } from "./api-error.ts";
import { deliver, send, sendError } from "./deliver.ts";
import { agentOfSystem, headerFault, splitPath } from "./headers.ts";
import { openLocalServer, readBody } from "./local-server.ts";
import { openProgress, type Progress } from "./progress.ts";
import { type ModelRequest, parseCountRequest, parseRequest } from "./request.ts";
import { SCRIPTED_LABEL, type Script } from "./script.ts";
import { bytesOf, requestParts, tokensOf } from "./usage.ts";

/** One call that reached the server, whatever became of it. */
export interface SeenRequest {
  readonly method: string;
  /** Without `/a/NAME` and the query. */
  readonly path: string;
  readonly agent: string | undefined;
  readonly body: unknown;
  /** HTTP status; 0 while it is not answered and when the caller went away before. */
  readonly status: number;
  /** Line of the script that answered. */
  readonly line?: number;
}

export interface ScriptedModel {
  /** `http://127.0.0.1:PORT`; an agent's base URL is this or this with `/a/NAME`. */
  readonly url: string;
  readonly requests: () => readonly SeenRequest[];
  /** Ends every connection, also those in the middle of an answer. */
  readonly close: () => Promise<void>;
}

export interface ScriptedModelOptions {
  readonly script: Script;
  /** 0 or absent: one that is free. */
  readonly port?: number;
  readonly host: Host;
  /** One line a call, for people. Must not throw. */
  readonly log?: (line: string) => void;
}

/** Bytes of the largest body that is read, as the API has it. */
const MAX_BODY = 32 * 1024 * 1024;

/**
 * Serves the Anthropic Messages API on 127.0.0.1 with the answers of a script: `/v1/messages` (JSON and stream),
 * `/v1/messages/count_tokens`, `/v1/models`, `/v1/models/ID`, each also under `/a/NAME`. No AI behind it. Throws
 * `already_running` when the port is taken.
 */
export async function startScriptedModel(options: ScriptedModelOptions): Promise<ScriptedModel> {
  const { script, host } = options;
  const serving: Serving = {
    script,
    host,
    log: options.log,
    progress: openProgress(script, host.newId),
    seen: [],
  };
  const server = await openLocalServer(options.port ?? 0, (request, response) =>
    serve(serving, request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else sendError(response, { status: 500, message: String(error) });
    }),
  );
  return {
    url: server.url,
    requests: () => serving.seen,
    close: server.close,
  };
}

interface Serving {
  readonly script: Script;
  readonly host: Host;
  readonly log: ((line: string) => void) | undefined;
  readonly progress: Progress;
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
  response.once("finish", () => note(serving, index, { status: response.statusCode }));
  const fault =
    bytes === undefined ? { status: 413, message: "Request exceeds the maximum size" } : undefined;
  const error = fault ?? headerFault(call.headers) ?? (await route(serving, call, index));
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

async function route(serving: Serving, call: Call, index: number): Promise<ApiError | undefined> {
  const { method, path } = call;
  if (method === "POST" && path === "/v1/messages") return answerMessages(serving, call, index);
  if (method === "POST" && path === "/v1/messages/count_tokens") return answerCount(call);
  if (method === "GET" && path === "/v1/models") {
    const model = modelInfo(serving.script);
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
  const decision = serving.progress.next(agent ?? "*", request);
  note(serving, index, { agent });
  if (!decision.ok)
    // Trying again would change nothing, and the SDK does so at 500 unless it is told.
    return {
      status: 500,
      message: `scripted model: ${decision.why}`,
      headers: { "x-should-retry": "false" },
    };
  const { answer } = decision;
  note(serving, index, { line: answer.line });
  serving.log?.(`${agent ?? "?"} request ${answer.turn}: ${serving.script.name}:${answer.line}`);
  await deliver(call.response, answer, isStreamed(request), call.signal);
  return undefined;
}

function isStreamed({ stream }: ModelRequest): boolean {
  return stream === true;
}

function answerCount(call: Call): ApiError | undefined {
  const parsed = parseCountRequest(call.body);
  if (!parsed.ok) return { status: 400, message: parsed.message };
  const count = { input_tokens: tokensOf(bytesOf(requestParts(parsed.request))), context_management: null };
  send(call.response, { status: 200, type: "application/json", body: JSON.stringify(count) });
  return undefined;
}

/** Any name of a model is served by the script; its list names one. */
function modelInfo({ model }: Script) {
  return {
    type: "model",
    id: "scripted",
    display_name: model === SCRIPTED_LABEL ? "Scripted model, no AI" : model,
    created_at: "2026-01-01T00:00:00Z",
    max_input_tokens: 200_000,
    max_tokens: 32_000,
    capabilities: null,
  };
}

function answerModel(serving: Serving, call: Call): ApiError | undefined {
  const model = modelInfo(serving.script);
  const id = decodeURIComponent(call.path.slice("/v1/models/".length));
  if (id !== model.id) return { status: 404, message: `model: ${id}` };
  send(call.response, { status: 200, type: "application/json", body: JSON.stringify(model) });
  return undefined;
}
