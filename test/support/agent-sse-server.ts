import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Anthropic } from "@anthropic-ai/sdk";
import { onTestFinished } from "vitest";
import { z } from "zod";

const Block = z.looseObject({ type: z.string() });

/** The parts of a request that tests look at. */
export const SentRequest = z.looseObject({
  model: z.string(),
  system: z.array(Block).optional(),
  tools: z.array(z.looseObject({ name: z.string() })).optional(),
  messages: z.array(z.object({ role: z.string(), content: z.array(Block) })),
  tool_choice: Block.optional(),
  compaction: Block.optional(),
});
export type SentRequest = z.infer<typeof SentRequest>;

/** Answers one request, byte by byte as it likes. */
export type Answering = (response: ServerResponse, request: SentRequest) => void;

export interface SseServer {
  readonly baseURL: string;
  readonly client: Anthropic;
  /** What came in, in order. */
  readonly requests: SentRequest[];
}

/** A model server on 127.0.0.1 that gives one of `answers` after the other; a request too many is a 400. */
export async function sseServer(...answers: Answering[]): Promise<SseServer> {
  const left = [...answers];
  return modelServer((response, request) => (left.shift() ?? status(400))(response, request));
}

/** What `GET /v1/models/NAME` answers; without it a 404, as servers do that only speak the dialect. */
export interface ModelInfo {
  readonly max_input_tokens: number;
  readonly capabilities?: { readonly compaction: { readonly summarize: { readonly supported: boolean } } };
}

function describe(response: ServerResponse, facts: ModelInfo | undefined): void {
  const body =
    facts === undefined ? { type: "error", error: { type: "not_found_error", message: "no" } } : facts;
  response.writeHead(facts === undefined ? 404 : 200, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

/** A model server on 127.0.0.1, for the length of a test. */
export async function modelServer(answering: Answering, facts?: ModelInfo): Promise<SseServer> {
  const requests: SentRequest[] = [];
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on("data", (piece: Buffer) => pieces.push(piece));
    request.on("end", () => {
      if (request.method === "GET") {
        describe(response, facts);
        return;
      }
      const body = SentRequest.parse(JSON.parse(Buffer.concat(pieces).toString()));
      requests.push(body);
      answering(response, body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const baseURL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { baseURL, client: new Anthropic({ baseURL, apiKey: "sk-test" }), requests };
}

export type Piece =
  | string
  | { readonly tool: string; readonly id: string; readonly json: string }
  | { readonly thinking: string };

/** The bytes of a whole streamed message of these blocks. */
export function streamOf(pieces: readonly Piece[], stop?: string): Buffer<ArrayBuffer> {
  const usage = { input_tokens: 10, output_tokens: 1, cache_read_input_tokens: 4 };
  const hasTool = pieces.some((piece) => typeof piece === "object" && "tool" in piece);
  const message = { id: "m", type: "message", role: "assistant", model: "fake-1", content: [], usage };
  return Buffer.from(
    [
      event({ type: "message_start", message }),
      event({ type: "ping" }),
      ...pieces.flatMap(blockEvents),
      event({
        type: "message_delta",
        delta: { stop_reason: stop ?? (hasTool ? "tool_use" : "end_turn") },
        usage: { output_tokens: 7 },
      }),
      event({ type: "message_stop" }),
    ].join(""),
  );
}

function blockEvents(piece: Piece, index: number): string[] {
  const [block, deltas] = blockOf(piece);
  return [
    event({ type: "content_block_start", index, content_block: block }),
    ...deltas.map((delta) => event({ type: "content_block_delta", index, delta })),
    event({ type: "content_block_stop", index }),
  ];
}

function blockOf(piece: Piece): [object, object[]] {
  if (typeof piece === "string")
    return [{ type: "text", text: "" }, inPieces(piece).map((text) => ({ type: "text_delta", text }))];
  if ("thinking" in piece)
    return [
      { type: "thinking", thinking: "", signature: "" },
      [
        { type: "thinking_delta", thinking: piece.thinking },
        { type: "signature_delta", signature: "sig" },
      ],
    ];
  return [
    { type: "tool_use", id: piece.id, name: piece.tool, input: {} },
    inPieces(piece.json).map((partial_json) => ({ type: "input_json_delta", partial_json })),
  ];
}

function inPieces(text: string): string[] {
  return text.match(/[\s\S]{1,9}/g) ?? [];
}

/** Where the event that contains `text` ends in a recorded stream: from there on the reader has it. */
export function endOf(bytes: Buffer, text: string): number {
  return bytes.indexOf("\n\n", bytes.indexOf(text)) + 2;
}

export function event(data: { readonly type: string; readonly [key: string]: unknown }): string {
  return `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;
}

function head(response: ServerResponse): void {
  response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8", "request-id": "req_1" });
  response.flushHeaders();
}

/** A whole streamed answer. */
export function says(pieces: readonly Piece[], stop?: string): Answering {
  return sends(streamOf(pieces, stop));
}

/** These bytes, then a proper end. */
export function sends(bytes: Buffer): Answering {
  return (response) => {
    head(response);
    response.end(bytes);
  };
}

/** The first `length` bytes, then a dead connection. */
export function cut(bytes: Buffer, length: number): Answering {
  return (response) => {
    head(response);
    if (length === 0) response.destroy();
    else response.write(bytes.subarray(0, length), () => response.destroy());
  };
}

/** These bytes, then nothing, with the connection open. */
export function hangs(bytes = Buffer.alloc(0)): Answering {
  return (response) => {
    if (bytes.length === 0) return;
    head(response);
    response.write(bytes);
  };
}

/** These pieces, one after the other with `everyMs` between them, then a proper end. */
export function drips(pieces: readonly string[], everyMs: number): Answering {
  return (response) => {
    head(response);
    const left = [...pieces];
    const next = (): void => {
      const piece = left.shift();
      if (piece === undefined) response.end();
      else response.write(piece);
      if (piece !== undefined && !response.destroyed) setTimeout(next, everyMs);
    };
    next();
  };
}

/** An HTTP error in the API's form. */
export function status(code: number, headers: Record<string, string> = {}, type = "test_error"): Answering {
  return (response) => {
    response.writeHead(code, { "content-type": "application/json", ...headers });
    response.end(JSON.stringify({ type: "error", error: { type, message: `test says ${code}` } }));
  };
}

/** A page, as a wrong base URL or a proxy gives it. */
export function page(code: number): Answering {
  return (response) => {
    response.writeHead(code, { "content-type": "text/html; charset=utf-8" });
    response.end("<html><body>Welcome</body></html>");
  };
}
