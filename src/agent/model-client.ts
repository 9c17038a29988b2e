import { Console } from "node:console";
import { Anthropic } from "@anthropic-ai/sdk";
import { loadConfigWithSource } from "@anthropic-ai/sdk/core/credentials";
import type { Model } from "./loop-deps.ts";
import { modelId } from "./model-id.ts";

/** Tries of one HTTP request less the first; the SDK waits up to 8 s between them and honours `retry-after`. Source: faults.md I2. */
const RETRIES = 9;
/** Tokens of one answer. Claude models take more; small local ones often refuse more than 8k. */
const MAX_TOKENS = { claude: 32_000, other: 8_192 };

/** What a client is made with; without key and token the SDK looks for a profile at the first request. */
export interface ClientOptions {
  readonly apiKey?: string;
  readonly authToken?: string;
  /** null: Anthropic's own API, or what the profile names. */
  readonly baseUrl: string | null;
}

/** A client for one model. Makes no request. Its log goes to stderr: stdout belongs to the program. */
export function modelClient(name: string | undefined, { baseUrl, ...credential }: ClientOptions): Model {
  const id = modelId(name);
  const client = new Anthropic({
    ...credential,
    baseURL: baseUrl,
    maxRetries: RETRIES,
    logger: new Console(process.stderr, process.stderr),
  });
  return { client, name: id, maxTokens: id.startsWith("claude-") ? MAX_TOKENS.claude : MAX_TOKENS.other };
}

/**
 * What the SDK would find by itself, without a request: a profile on disk, or workload identity in the environment of
 * this process. Throws the SDK's error when a profile is named or active that cannot be read.
 */
export async function findProfile(): Promise<"file" | "environment" | undefined> {
  const loaded = await loadConfigWithSource();
  if (loaded === null) return undefined;
  return loaded.fromFile ? "file" : "environment";
}
