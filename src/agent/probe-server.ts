import { APIError } from "@anthropic-ai/sdk";
import { z } from "zod";
import type { Model } from "./loop-deps.ts";
import { modelFacts } from "./model-facts.ts";

/** What a server can do. null: it gave no answer that tells. */
export interface ServerFacts {
  /** The model that was asked for an answer. */
  readonly model: string;
  /** Its window in tokens. */
  readonly window: number | null;
  readonly streams: boolean | null;
  readonly tools: boolean | null;
  readonly cache: boolean | null;
  readonly counts: boolean | null;
  readonly summaries: boolean;
}

const TRY_MS = 20_000;
const WORD = { role: "user", content: "Say one word." } as const;
const MARK = { cache_control: { type: "ephemeral" } } as const;
const TOOL = { name: "Nothing", description: "Does nothing.", input_schema: { type: "object" } } as const;
const List = z.looseObject({ data: z.array(z.looseObject({ id: z.string() })) });

/** Asks the server, with at most six small requests. Never rejects for what the server answers; throws when `signal` aborts. */
export async function probeServer(given: Model, signal: AbortSignal): Promise<ServerFacts> {
  const { client } = given;
  const options = { maxRetries: 0, timeout: TRY_MS, signal };
  const model = await modelThere(given, options);
  const { window, compacts } = await modelFacts({ ...given, name: model });
  const base = { model, messages: [WORD] };
  const counts = await takes(() => client.messages.countTokens(base, options));
  const say = (more: object): Promise<boolean | null> =>
    takes(async () => {
      const stream = await client.messages.create(
        { ...base, ...more, max_tokens: 16, stream: true },
        options,
      );
      for await (const _ of stream);
    });
  const streams = await say({});
  if (streams !== true)
    return { model, window, streams, tools: null, cache: null, counts, summaries: compacts };
  const tools = await say({ tools: [TOOL] });
  const cache = await say({ system: [{ type: "text", text: "You are brief.", ...MARK }] });
  return { model, window, streams, tools, cache, counts, summaries: compacts };
}

/** The model that members get unless told otherwise; where the server has a list without it, the first of the list. */
async function modelThere({ client, name }: Model, options: object): Promise<string> {
  let list: unknown;
  await takes(async () => {
    list = await client.get("/v1/models", options);
  });
  const ids = (List.safeParse(list).data?.data ?? []).map(({ id }) => id);
  return ids.includes(name) ? name : (ids[0] ?? name);
}

/** false: refused as it stands, or unknown there. null: something else went wrong. */
async function takes(ask: () => PromiseLike<unknown>): Promise<boolean | null> {
  try {
    await ask();
    return true;
  } catch (error) {
    const status = statusOf(error);
    if (status !== undefined && [400, 404, 405, 422, 501].includes(status)) return false;
    if (status !== undefined || error instanceof SyntaxError || error instanceof TypeError) return null;
    throw error;
  }
}

/** 0 where there was no answer; undefined for what is no error of a request. */
function statusOf(error: unknown): number | undefined {
  if (!(error instanceof APIError)) return undefined;
  return typeof error.status === "number" ? error.status : 0;
}
