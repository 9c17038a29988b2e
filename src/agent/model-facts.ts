import { APIError } from "@anthropic-ai/sdk";
import { z } from "zod";
import type { Model } from "./loop-deps.ts";

/** What a server says of a model. */
export interface ModelFacts {
  /** Tokens that a request and its answer may have together; null: nobody knows. */
  readonly window: number | null;
  /** The server makes summaries itself. */
  readonly compacts: boolean;
}

/** Where the server does not say. Every Claude model takes as much; of others nothing is known. */
const CLAUDE_WINDOW = 200_000;

/** Servers that only speak the dialect leave fields out. */
const Said = z.looseObject({
  max_input_tokens: z.int().positive().nullish().catch(null),
  capabilities: z
    .looseObject({
      compaction: z.looseObject({ summarize: z.looseObject({ supported: z.boolean() }) }).nullish(),
    })
    .nullish()
    .catch(null),
});

const asked = new WeakMap<Model["client"], Map<string, Promise<ModelFacts>>>();

/** Asks once for each client and model. Never rejects: a server that has no list of models says nothing. */
export function modelFacts({ client, name }: Model): Promise<ModelFacts> {
  const known = asked.get(client) ?? new Map<string, Promise<ModelFacts>>();
  asked.set(client, known);
  const facts = known.get(name) ?? ask(client, name);
  known.set(name, facts);
  return facts;
}

async function ask(client: Model["client"], name: string): Promise<ModelFacts> {
  const fallback = { window: name.startsWith("claude-") ? CLAUDE_WINDOW : null, compacts: false };
  try {
    const said = Said.parse(await client.beta.models.retrieve(name, {}, { maxRetries: 1, timeout: 10_000 }));
    return {
      window: said.max_input_tokens ?? fallback.window,
      compacts: said.capabilities?.compaction?.summarize.supported === true,
    };
  } catch (error) {
    if (error instanceof APIError || error instanceof SyntaxError || error instanceof z.ZodError)
      return fallback;
    throw error;
  }
}
