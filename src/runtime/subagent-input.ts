import { createHash } from "node:crypto";
import { z } from "zod";

export const DEFAULT_TYPE = "general-purpose";

/** What the model asks for with a call of Agent. */
export const AgentInput = z.object({
  subagent_type: z
    .string()
    .max(200)
    .exactOptional()
    .describe(`One of the types above; ${DEFAULT_TYPE} without it.`),
  description: z.string().trim().min(1).max(200).describe("What it is for, in a few words."),
  prompt: z
    .string()
    .trim()
    .min(1)
    .max(262_144)
    .describe("All it has to know, and what it shall report: it sees nothing else."),
  model: z
    .string()
    .min(1)
    .max(200)
    .exactOptional()
    .describe("sonnet, opus, haiku or an id; as its type says unless given."),
});
export type AgentInput = z.output<typeof AgentInput>;

/** By which a call is found again: its input, as the tool understood it. */
export function digestOf(input: AgentInput): string {
  return createHash("sha256").update(JSON.stringify(input)).digest("hex");
}
