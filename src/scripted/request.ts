import { z } from "zod";

const text = z.string();
const CacheControl = z.strictObject({ type: z.literal("ephemeral"), ttl: z.enum(["5m", "1h"]).optional() });
const marks = { cache_control: CacheControl.nullish() };

/** A string stands for one text block. */
function blocks<T extends z.ZodType>(schema: T) {
  return z.preprocess(
    (content) => (typeof content === "string" ? [{ type: "text", text: content }] : content),
    z.array(schema),
  );
}

const TextBlock = z.strictObject({
  type: z.literal("text"),
  text,
  citations: z.array(z.unknown()).nullish(),
  ...marks,
});
const ImageBlock = z.strictObject({
  type: z.literal("image"),
  source: z.looseObject({ type: text }),
  ...marks,
});
const DocumentBlock = z.strictObject({
  type: z.literal("document"),
  source: z.looseObject({ type: text }),
  title: text.nullish(),
  context: text.nullish(),
  citations: z.unknown().optional(),
  ...marks,
});
const ToolResultBlock = z.strictObject({
  type: z.literal("tool_result"),
  tool_use_id: z.string().regex(/^[a-zA-Z0-9_-]+$/),
  content: blocks(z.discriminatedUnion("type", [TextBlock, ImageBlock, DocumentBlock])).optional(),
  is_error: z.boolean().optional(),
  toolset_name: text.nullish(),
  ...marks,
});
const ToolUseBlock = z.strictObject({
  type: z.literal("tool_use"),
  id: z.string().regex(/^[a-zA-Z0-9_-]+$/),
  name: z.string().min(1).max(200),
  input: z.record(z.string(), z.unknown()),
  caller: z.unknown().optional(),
  toolset_name: text.nullish(),
  ...marks,
});
const ThinkingBlock = z.strictObject({ type: z.literal("thinking"), thinking: text, signature: text });
const RedactedThinkingBlock = z.strictObject({ type: z.literal("redacted_thinking"), data: text });
const MessageFields = z.discriminatedUnion("role", [
  z.strictObject({
    role: z.literal("user"),
    content: blocks(z.discriminatedUnion("type", [TextBlock, ImageBlock, DocumentBlock, ToolResultBlock])),
  }),
  z.strictObject({
    role: z.literal("assistant"),
    content: blocks(
      z.discriminatedUnion("type", [TextBlock, ToolUseBlock, ThinkingBlock, RedactedThinkingBlock]),
    ),
  }),
]);

const ToolFields = z.strictObject({
  type: z.literal("custom").nullish(),
  name: z.string().regex(/^[a-zA-Z0-9_-]{1,128}$/, "String should match pattern '^[a-zA-Z0-9_-]{1,128}$'"),
  description: text.optional(),
  input_schema: z.looseObject({ type: z.literal("object") }),
  strict: z.boolean().optional(),
  eager_input_streaming: z.boolean().nullish(),
  input_examples: z.array(z.record(z.string(), z.unknown())).optional(),
  allowed_callers: z.array(text).optional(),
  ...marks,
});

const shared = {
  model: z.string().min(1),
  messages: z.array(MessageFields).min(1, "at least one message is required"),
  system: blocks(TextBlock).optional(),
  tools: z.array(ToolFields).optional(),
  tool_choice: z.looseObject({ type: z.enum(["auto", "any", "tool", "none"]) }).optional(),
  thinking: z.looseObject({ type: text }).optional(),
  output_config: z
    .strictObject({ effort: z.enum(["low", "medium", "high", "xhigh", "max"]).nullish() })
    .optional(),
  cache_control: CacheControl.nullish(),
};
const RequestFields = z.strictObject({
  ...shared,
  max_tokens: z.int().min(1),
  metadata: z.strictObject({ user_id: text.max(512).nullish() }).optional(),
  service_tier: z.enum(["auto", "standard_only"]).optional(),
  stop_sequences: z.array(text).optional(),
  stream: z.boolean().optional(),
});
const CountFields = z.strictObject(shared);

export type ModelRequest = z.infer<typeof RequestFields>;
export type CountRequest = z.infer<typeof CountFields>;
export type Message = z.infer<typeof MessageFields>;

export type Parsed<T> =
  | { readonly ok: true; readonly request: T }
  | { readonly ok: false; readonly message: string };

/** Checks a body of `/v1/messages` as strictly as the API does; `message` is in its words. */
export function parseRequest(body: unknown): Parsed<ModelRequest> {
  return parse(RequestFields, body);
}

/** The same for `/v1/messages/count_tokens`. */
export function parseCountRequest(body: unknown): Parsed<CountRequest> {
  return parse(CountFields, body);
}

function parse<T extends CountRequest>(schema: z.ZodType<T>, body: unknown): Parsed<T> {
  if (body === undefined) return { ok: false, message: "The request body is not valid JSON" };
  const parsed = schema.safeParse(body, { reportInput: true });
  if (!parsed.success) return { ok: false, message: issueText(parsed.error.issues[0]) };
  const fault = marksFault(body) ?? toolsFault(parsed.data) ?? conversationFault(parsed.data.messages);
  return fault === undefined ? { ok: true, request: parsed.data } : { ok: false, message: fault };
}

/** What the API can do and this server does not even pretend to. */
const NOT_HERE: ReadonlySet<string> = new Set([
  "billing_policy",
  "compaction",
  "container",
  "context_management",
  "diagnostics",
  "fallback_credit_token",
  "fallbacks",
  "inference_geo",
  "mcp_servers",
  "output_format",
  "speed",
  "thread",
]);

function issueText(issue: z.core.$ZodIssue | undefined): string {
  if (issue === undefined) return "Invalid request";
  const at = issue.path.map(String).join(".");
  if (issue.code === "unrecognized_keys") {
    const key = issue.keys[0] ?? "";
    const where = at === "" ? key : `${at}.${key}`;
    return NOT_HERE.has(where)
      ? `${where}: the scripted model does not support this field`
      : `${where}: Extra inputs are not permitted`;
  }
  if (issue.input === undefined) return `${at}: Field required`;
  return at === "" ? issue.message : `${at}: ${issue.message}`;
}

/** Four places at most may be marked for the cache. */
function marksFault(body: unknown): string | undefined {
  const count = JSON.stringify(body).split('"cache_control":{').length - 1;
  if (count <= 4) return undefined;
  return `A maximum of 4 blocks with cache_control may be provided. Found ${count}.`;
}

function toolsFault({ tools = [] }: CountRequest): string | undefined {
  const names = new Set(tools.map((tool) => tool.name));
  return names.size === tools.length ? undefined : "tools: Tool names must be unique.";
}

function conversationFault(messages: readonly Message[]): string | undefined {
  const seen = new Set<string>();
  for (const [index, message] of messages.entries()) {
    const wanted = index % 2 === 0 ? "user" : "assistant";
    if (message.role !== wanted)
      return index === 0
        ? "messages: first message must use the user role"
        : `messages.${index}: roles must alternate between "user" and "assistant", but found two "${message.role}" in a row`;
    const fault =
      emptyFault(message, index) ??
      resultsFault(messages, index) ??
      (message.role === "assistant" ? callsFault(messages, index, seen) : undefined);
    if (fault !== undefined) return fault;
  }
  if (messages.at(-1)?.role === "assistant")
    return "This model does not support assistant message prefill. The conversation must end with a user message.";
  return undefined;
}

function emptyFault({ content }: Message, index: number): string | undefined {
  if (content.length === 0) return `messages.${index}: all messages must have non-empty content`;
  for (const [place, block] of content.entries())
    if (block.type === "text" && block.text.trim() === "")
      return `messages.${index}.content.${place}: text content blocks must contain non-whitespace text`;
  return undefined;
}

/** Ids of the tool calls of a message. */
function callIds(message: Message | undefined): readonly string[] {
  if (message?.role !== "assistant") return [];
  return message.content.flatMap((block) => (block.type === "tool_use" ? [block.id] : []));
}

/** Each result answers a call of the message before, once, and results stand before anything else. */
function resultsFault(messages: readonly Message[], index: number): string | undefined {
  const message = messages[index];
  if (message?.role !== "user") return undefined;
  const open = new Set(callIds(messages[index - 1]));
  let other = false;
  for (const [place, block] of message.content.entries()) {
    if (block.type !== "tool_result") {
      other = true;
      continue;
    }
    const at = `messages.${index}.content.${place}`;
    if (other) return `${at}: \`tool_result\` blocks must come before other content`;
    if (!open.delete(block.tool_use_id))
      return `${at}: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${block.tool_use_id}. Each \`tool_result\` block must have a corresponding \`tool_use\` block in the previous message.`;
  }
  if (open.size === 0) return undefined;
  return `messages.${index - 1}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${[...open].join(", ")}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`;
}

function callsFault(messages: readonly Message[], index: number, seen: Set<string>): string | undefined {
  for (const id of callIds(messages[index])) {
    if (seen.has(id)) return `messages.${index}: \`tool_use\` ids must be unique: ${id}`;
    seen.add(id);
  }
  return undefined;
}
