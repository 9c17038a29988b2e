import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { crc32cOf } from "./verify-evidence.ts";

const Block = z.looseObject({
  type: z.string(),
  id: z.string().optional(),
  name: z.string().optional(),
  tool_use_id: z.string().optional(),
  text: z.string().optional(),
  content: z.unknown().optional(),
});
type Block = z.infer<typeof Block>;
const Message = z.looseObject({
  role: z.enum(["user", "assistant"]),
  content: z.union([z.string().transform((text): Block[] => [{ type: "text", text }]), z.array(Block)]),
});
const Line = z.looseObject({
  id: z.string(),
  at: z.string(),
  inputs: z.array(z.string()).default([]),
  message: Message.optional(),
  body: z.string().optional(),
});

/** A message of a conversation as it stands in a transcript, read without any of the product's code. */
export interface KeptTurn {
  readonly id: string;
  /** The process life that wrote it. */
  readonly instance: string;
  /** By the writer's clock. */
  readonly atMs: number;
  readonly inputs: readonly string[];
  readonly role: "user" | "assistant";
  readonly blocks: readonly Block[];
}

const CHECKSUM = /,"c":"([0-9a-f]{8})"\}$/;

/** The turns of a member, each id once; torn lines are left out. [] when there is no transcript. */
export function readTurns(teamDir: string, member: string): readonly KeptTurn[] {
  const path = join(teamDir, "agents", member.toLowerCase(), "transcript.jsonl");
  if (!existsSync(path)) return [];
  const turns = new Map<string, KeptTurn>();
  for (const text of readFileSync(path, "utf8").split("\n")) {
    const sum = CHECKSUM.exec(text)?.[1];
    const bytes = Buffer.from(text);
    if (sum === undefined || sum !== crc32cOf(bytes.subarray(0, bytes.length - ',"c":"00000000"}'.length)))
      continue;
    const { id, at, inputs, message, body } = Line.parse(JSON.parse(text));
    const kept = message ?? (body === undefined ? undefined : readBody(teamDir, body));
    if (kept === undefined || turns.has(id)) continue;
    const instance = id.slice(0, id.lastIndexOf("."));
    turns.set(id, { id, instance, atMs: Date.parse(at), inputs, role: kept.role, blocks: kept.content });
  }
  return [...turns.values()];
}

function readBody(teamDir: string, name: string): z.infer<typeof Message> {
  return Message.parse(JSON.parse(readFileSync(join(teamDir, "bodies", name), "utf8")));
}

export interface ToolResult {
  readonly tool: string;
  readonly text: string;
}

/** What the tools answered, with the tool's name. */
export function resultsOf(turns: readonly KeptTurn[]): readonly ToolResult[] {
  const tools = new Map<string, string>();
  for (const { blocks } of turns)
    for (const { type, id, name } of blocks) if (type === "tool_use") tools.set(id ?? "", name ?? "");
  return turns.flatMap(({ blocks }) =>
    blocks.flatMap(({ type, tool_use_id, content }) =>
      type === "tool_result" && typeof content === "string"
        ? [{ tool: tools.get(tool_use_id ?? "") ?? "", text: content }]
        : [],
    ),
  );
}

/** Ids of messages among the inputs, in the order in which they entered the conversation. */
export function mailIn(
  turns: readonly KeptTurn[],
): readonly { readonly id: string; readonly turn: KeptTurn }[] {
  return turns.flatMap((turn) =>
    turn.inputs.filter((input) => /^[A-Za-z0-9_-]+\.\d+$/.test(input)).map((id) => ({ id, turn })),
  );
}

/**
 * Calls without a result and results without a call. A life that ended in between may leave one: the next life tells
 * the model so. `isExcused`: the disk was full when that turn was written, so the one behind it could not be kept.
 */
export function unpaired(
  turns: readonly KeptTurn[],
  isExcused: (turn: KeptTurn) => boolean,
): readonly string[] {
  return turns.flatMap((turn, index) => {
    const next = turns[index + 1];
    const before = turns[index - 1];
    if (turn.role === "assistant") {
      if ((next && next.instance !== turn.instance) || isExcused(turn)) return [];
      const results = new Set(next?.role === "user" ? next.blocks.map(({ tool_use_id }) => tool_use_id) : []);
      return turn.blocks
        .filter(({ type, id }) => type === "tool_use" && !results.has(id))
        .map(({ id, name }) => `${name ?? "?"} ${id ?? "?"} in ${turn.id} has no result`);
    }
    const calls = new Set(before?.role === "assistant" ? before.blocks.map(({ id }) => id) : []);
    return turn.blocks
      .filter(({ type, tool_use_id }) => type === "tool_result" && !calls.has(tool_use_id))
      .map(({ tool_use_id }) => `the result for ${tool_use_id ?? "?"} in ${turn.id} has no call`);
  });
}
