import { type Anthropic, AnthropicError } from "@anthropic-ai/sdk";
import { z } from "zod";

type StreamEvent = Anthropic.Beta.Messages.BetaRawMessageStreamEvent;

/** A piece of text. Servers that only speak the dialect leave empty ones out or send null. */
const Words = z
  .string()
  .nullish()
  .transform((text) => text ?? "");
const JsonObject = z.record(z.string(), z.unknown());

/** Blocks and deltas of these types are looked into; those of others are the server's own and go back as they came. */
const BLOCKS = {
  text: z.looseObject({ text: Words }),
  thinking: z.looseObject({ thinking: Words, signature: Words }),
  redacted_thinking: z.looseObject({ data: z.string() }),
  // An id or a name that the API would not take back spoils every request behind it.
  tool_use: z.looseObject({
    id: z.string().regex(/^[a-zA-Z0-9_-]+$/),
    name: z.string().min(1).max(200),
    input: JsonObject.catch({}),
  }),
};
const DELTAS = {
  text_delta: z.looseObject({ text: Words }),
  input_json_delta: z.looseObject({ partial_json: Words }),
  thinking_delta: z.looseObject({ thinking: Words }),
  signature_delta: z.looseObject({ signature: Words }),
  citations_delta: z.looseObject({ citation: JsonObject }),
};

/** Of its type's own schema; of none when nobody here knows the type. */
function typed(schemas: Readonly<Record<string, z.ZodType>>): z.ZodType {
  const known = new Map(Object.entries(schemas));
  return z.looseObject({ type: z.string() }).transform((value, context) => {
    const parsed = known.get(value.type)?.safeParse(value);
    if (!parsed) return value;
    if (parsed.success) return parsed.data;
    context.addIssue({ code: "custom", message: `a broken ${value.type}` });
    return z.NEVER;
  });
}

const EVENTS = {
  message_start: z.looseObject({
    message: z.looseObject({ model: z.string().optional().catch(undefined), usage: z.unknown().optional() }),
  }),
  content_block_start: z.looseObject({ index: z.int(), content_block: typed(BLOCKS) }),
  content_block_delta: z.looseObject({ index: z.int(), delta: typed(DELTAS) }),
  content_block_stop: z.looseObject({ index: z.int() }),
  message_delta: z.looseObject({
    delta: z.looseObject({ stop_reason: z.string().nullish().catch(null) }),
    usage: z.unknown().optional(),
  }),
};
const Event = typed(EVENTS).pipe(z.custom<StreamEvent>());

/**
 * An event as the rest of this folder may rely on it: texts that are missing are empty. Throws the SDK's error for one
 * that cannot be understood: the answer is then as good as cut.
 */
export function checkedEvent(event: StreamEvent): StreamEvent {
  const parsed = Event.safeParse(event);
  if (parsed.success) return parsed.data;
  throw brokenStream(parsed.error.issues[0]?.message ?? "a broken event");
}

/** What the stream of an answer must not hold. */
export function brokenStream(what: string): AnthropicError {
  return new AnthropicError(`the server sent ${what}`);
}
