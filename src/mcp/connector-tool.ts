import type { Tool, ToolResult } from "../agent/tool.ts";
import { isRecord } from "../base/is-record.ts";
import { safeText } from "../base/safe-text.ts";
import type { CallAnswer, Connection } from "./connection.ts";
import type { RemoteTool } from "./remote-tool.ts";
import { resultOf, type Spill } from "./result-text.ts";
import type { Server } from "./server.ts";

/** Codes of JSON-RPC and of the MCP SDK. */
const TIMED_OUT = -32_001;
const CLOSED = -32_000;

/** A server's tool as the agent calls it. `onCall` comes before the call: who runs a tool has been allowed to. */
export function connectorTool(
  remote: RemoteTool,
  server: Server,
  spill: Spill,
  onCall: () => Promise<void>,
): Tool {
  const { name, description, inputSchema, isReadOnly } = remote;
  return {
    name,
    description: description === "" ? `A tool of the connector ${remote.server}.` : description,
    inputSchema,
    effect: isReadOnly ? "read" : "write",
    run: async (input, signal) => {
      if (!isRecord(input))
        return { ...failed(`${name} was not run: its input is no object.`), isWrongInput: true };
      const connection = await server.reach(signal);
      if (typeof connection === "string") return failed(unavailable(remote, connection));
      await onCall();
      const answer = await answerOf(remote, server, connection, { input, signal });
      return "text" in answer ? failed(answer.text) : resultOf(answer.answer, spill);
    },
  };
}

interface Call {
  readonly input: unknown;
  readonly signal: AbortSignal;
}

async function answerOf(
  remote: RemoteTool,
  server: Server,
  connection: Connection,
  { input, signal }: Call,
): Promise<{ readonly answer: CallAnswer } | { readonly text: string }> {
  try {
    return { answer: await connection.call(remote.remoteName, input, signal) };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (signal.aborted) return { text: "The call was interrupted. It may or may not have had its effect." };
    const code = "code" in error ? error.code : undefined;
    if (code === TIMED_OUT) void dropUnlessAnswering(server, connection);
    return { text: troubleText(remote, server, code, error.message) };
  }
}

/** A server that is only slow goes on; one that answers nothing at all is ended and started again (faults.md J6). */
async function dropUnlessAnswering(server: Server, connection: Connection): Promise<void> {
  if (!(await connection.isAnswering())) server.drop(connection, "it answers nothing any more: ended");
}

function troubleText({ name }: RemoteTool, server: Server, code: unknown, message: string): string {
  const said = safeText(message).slice(0, 4_000);
  if (code === TIMED_OUT)
    return `${name} gave no answer within ${server.config.timeoutMs / 1000} s, and was told to stop. It may or may not have had its effect: look before you call it again.`;
  if (typeof code === "number" && code !== CLOSED) return `${name} answered with an error: ${said}`;
  return `The connector ${server.config.name} broke off during the call: ${said}. It may or may not have had its effect: look before you call it again.`;
}

function unavailable({ name, server }: RemoteTool, why: string): string {
  return `${name} is unavailable: the connector ${safeText(server)} does not run (${safeText(why).slice(0, 500)}). Go on without it, or tell whoever can mend it.`;
}

function failed(text: string): ToolResult {
  return { text, isError: true };
}
