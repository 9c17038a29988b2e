import { Buffer } from "node:buffer";
import type { ServerResponse } from "node:http";
import type { Host } from "../base/host.ts";
import { write } from "./deliver.ts";
import { type ScriptedModel, startModelServer } from "./model-server.ts";
import { conversationHash, type RecordedCall } from "./recording.ts";

export interface ReplayOptions {
  readonly calls: readonly RecordedCall[];
  readonly port?: number;
  readonly host: Host;
}

/**
 * Answers as it was recorded: the nth call of an agent gets the answer of the recorded nth call when its conversation says
 * the same, ids and times aside. Anything else is a 500 that names the line.
 */
export function startReplay({ calls, port, host }: ReplayOptions): Promise<ScriptedModel> {
  const turns = new Map<string, number>();
  return startModelServer({
    port,
    host,
    displayName: "Recorded model, no AI",
    answer: async ({ agent = "*", request, note }, response) => {
      const turn = (turns.get(agent) ?? 0) + 1;
      turns.set(agent, turn);
      const index = calls.findIndex((call) => call.agent === agent && call.turn === turn);
      const call = calls[index];
      const hash = conversationHash(request.messages);
      if (call?.hash !== hash)
        return {
          status: 500,
          message: `replay: ${whyNot({ agent, turn, hash }, calls, index)}`,
          headers: { "x-should-retry": "false" },
        };
      note(index + 1);
      await sendRecorded(call.response, response);
      return undefined;
    },
  });
}

function whyNot(
  { agent, turn, hash }: { agent: string; turn: number; hash: string },
  calls: readonly RecordedCall[],
  index: number,
): string {
  if (index === -1) {
    const known = calls.filter((call) => call.agent === agent).length;
    return `call ${turn} of the agent ${agent} was not recorded; ${known} of its calls were`;
  }
  const same = calls.findIndex((call) => call.agent === agent && call.hash === hash);
  const elsewhere =
    same === -1 ? "" : `; line ${same + 1} has this conversation as call ${calls[same]?.turn}`;
  return `call ${turn} of the agent ${agent} has another conversation than line ${index + 1}${elsewhere}`;
}

async function sendRecorded(
  { status, type, headers, body, cut }: RecordedCall["response"],
  response: ServerResponse,
): Promise<void> {
  response.writeHead(status, { ...headers, "content-type": type });
  await write(response, Buffer.from(body));
  if (cut) response.destroy();
  else response.end();
}
