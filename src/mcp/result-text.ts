import { z } from "zod";
import { capText } from "../agent/cap-text.ts";
import type { ToolResult } from "../agent/tool.ts";
import { safeText } from "../base/safe-text.ts";

/** Keeps a text that is too long for the model; answers where. Throws what the disk throws. */
export type Spill = (text: string) => Promise<string>;

/** Characters of a result that the model gets to see: about 25,000 tokens, less what the note on the rest takes. */
const MOST_CHARACTERS = 98_000;

const Resource = z.looseObject({
  uri: z.string(),
  mimeType: z.string().optional(),
  text: z.string().optional(),
  blob: z.string().optional(),
});
const Block = z.discriminatedUnion("type", [
  z.looseObject({ type: z.literal("text"), text: z.string() }),
  z.looseObject({ type: z.literal("image"), data: z.string(), mimeType: z.string().optional() }),
  z.looseObject({ type: z.literal("audio"), data: z.string(), mimeType: z.string().optional() }),
  z.looseObject({ type: z.literal("resource"), resource: Resource }),
  z.looseObject({
    type: z.literal("resource_link"),
    uri: z.string(),
    name: z.string().optional(),
    mimeType: z.string().optional(),
    description: z.string().optional(),
  }),
]);
type Block = z.infer<typeof Block>;

/** What a call of a server came back with. */
export interface Answer {
  readonly content: readonly unknown[];
  readonly structuredContent?: unknown;
  readonly isError?: boolean | undefined;
}

/** An answer as the model reads it: text, other content described, cut where it is too long with the whole in a file. */
export async function resultOf(answer: Answer, spill: Spill): Promise<ToolResult> {
  const parts = answer.content.map(partText);
  // Servers repeat structured content as text for those who do not know it: once is enough.
  const hasText = answer.content.some((block) => Block.safeParse(block).data?.type === "text");
  if (answer.structuredContent !== undefined && !hasText)
    parts.push(JSON.stringify(answer.structuredContent));
  const text = safeText(parts.join("\n").replaceAll("\r\n", "\n"));
  return { text: await capped(text, spill), isError: answer.isError === true };
}

async function capped(text: string, spill: Spill): Promise<string> {
  if (text.length <= MOST_CHARACTERS) return text;
  const path = await spill(text);
  return `${capText(text, MOST_CHARACTERS)}\n[the whole result, ${text.length} characters, is in ${path}: read the part you need]`;
}

function partText(told: unknown): string {
  const { data: block } = Block.safeParse(told);
  return block === undefined ? "[content of a kind that cannot be shown]" : blockText(block);
}

function blockText(block: Block): string {
  switch (block.type) {
    case "text":
      return block.text;
    case "image":
    case "audio":
      return `[${block.type}, ${facts(block.mimeType, bytesOf(block.data))}: not shown]`;
    case "resource": {
      const { uri, mimeType, text, blob = "" } = block.resource;
      const size = text === undefined ? bytesOf(blob) : undefined;
      return `[resource ${uri}, ${facts(mimeType, size)}]${text === undefined ? "" : `\n${text}`}`;
    }
    case "resource_link": {
      const { uri, name, mimeType, description } = block;
      return `[link to resource ${uri}: ${[name, mimeType, description].filter(Boolean).join(", ")}]`;
    }
    default:
      return block satisfies never;
  }
}

function facts(mimeType: string | undefined, bytes: number | undefined): string {
  return [mimeType ?? "of an unknown type", ...(bytes === undefined ? [] : [`${bytes} bytes`])].join(", ");
}

function bytesOf(base64: string): number {
  return Math.floor((base64.replace(/=+$/, "").length * 3) / 4);
}
