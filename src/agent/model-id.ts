import type { Anthropic } from "@anthropic-ai/sdk";

/** Names for people; the ids are of the SDK's `Model` type. */
const ALIASES: ReadonlyMap<string, Anthropic.Model> = new Map<string, Anthropic.Model>([
  ["opus", "claude-opus-5-5"],
  ["sonnet", "claude-sonnet-5-5"],
  ["haiku", "claude-haiku-5-5"],
  ["fable", "claude-fable-5-1"],
]);
const DEFAULT_MODEL: Anthropic.Model = "claude-sonnet-5-5";

/** The model id for a name in a team file: an alias, an id, or nothing at all. */
export function modelId(name: string | undefined): string {
  if (name === undefined) return DEFAULT_MODEL;
  return ALIASES.get(name.toLowerCase()) ?? name;
}
