import { createHash } from "node:crypto";
import { z } from "zod";
import type { InputSchema } from "../agent/tool.ts";
import { isRecord } from "../base/is-record.ts";
import { safeText } from "../base/safe-text.ts";
import { flattenSchema } from "./flatten-schema.ts";

/** A tool of a server, made fit for a model. */
export interface RemoteTool {
  /** `mcp__server__tool`. */
  readonly name: string;
  readonly server: string;
  /** As the server calls it. */
  readonly remoteName: string;
  readonly description: string;
  readonly inputSchema: InputSchema;
  /** What the server claims: it changes nothing. */
  readonly isReadOnly: boolean;
  /** What the server claims: it changes nothing, and asks nobody but the server. */
  readonly isClosed: boolean;
  /** A person is to be asked each time. */
  readonly needsPerson: boolean;
  /** sha256 of name, description and schema as the server tells them. */
  readonly hash: string;
}

const Told = z.looseObject({
  name: z.string().min(1).max(500),
  description: z.string().optional(),
  inputSchema: z.record(z.string(), z.unknown()),
  annotations: z
    .looseObject({ readOnlyHint: z.boolean().optional(), openWorldHint: z.boolean().optional() })
    .optional(),
  execution: z.looseObject({ taskSupport: z.string().optional() }).optional(),
  _meta: z.record(z.string(), z.unknown()).optional(),
});

/** Of a description, and of each text in a schema. Source: plugins.md §C6. */
const TEXT_BYTES = 2_048;
/** Longer names are refused by the Messages API. */
const NAME_LENGTH = 128;
const SCHEMA_CHARACTERS = 64 * 1024;

export interface ToolList {
  readonly tools: readonly RemoteTool[];
  /** What was left out, and why. */
  readonly problems: readonly string[];
}

/** Judges what a server tells of its tools. `compileTrouble` says why a schema does not compile. */
export function readTools(
  server: string,
  told: readonly unknown[],
  compileTrouble: (schema: InputSchema) => string | undefined,
): ToolList {
  const tools = new Map<string, RemoteTool>();
  const problems: string[] = [];
  for (const one of told) {
    const parsed = Told.safeParse(one);
    if (!parsed.success) {
      problems.push(`${nameIn(one)} is left out: ${z.prettifyError(parsed.error)}`);
      continue;
    }
    const tool = remoteTool(server, parsed.data);
    const why = whyNot(tool, parsed.data, tools) ?? compileTrouble(tool.inputSchema);
    if (why === undefined) tools.set(tool.name, tool);
    else problems.push(`${nameIn(one)} is left out: ${safeText(why).slice(0, 500)}`);
  }
  return { tools: [...tools.values()], problems };
}

/** `mcp__server__`, in front of the names of its tools. Source: plugins.md §A7. */
export function toolPrefix(server: string): string {
  return `mcp__${plain(server)}__`;
}

function plain(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9_-]/g, "_");
}

function remoteTool(server: string, told: z.infer<typeof Told>): RemoteTool {
  return {
    name: `${toolPrefix(server)}${plain(told.name)}`,
    server,
    remoteName: told.name,
    description: cutText(told.description ?? ""),
    inputSchema: cleaned(flattenSchema(told.inputSchema)),
    isReadOnly: told.annotations?.readOnlyHint === true,
    isClosed: told.annotations?.readOnlyHint === true && told.annotations.openWorldHint === false,
    needsPerson: told["_meta"]?.["anthropic/requiresUserInteraction"] === true,
    hash: hashOf([told.name, told.description ?? "", told.inputSchema]),
  };
}

function whyNot(
  { name, inputSchema }: RemoteTool,
  { execution }: z.infer<typeof Told>,
  others: ReadonlyMap<string, RemoteTool>,
): string | undefined {
  if (name.length > NAME_LENGTH) return `its name has more than ${NAME_LENGTH} characters`;
  if (others.has(name)) return `another tool of the server is ${name} already`;
  if (execution?.taskSupport === "required") return "it runs as a task only, which is not supported";
  if (JSON.stringify(inputSchema).length > SCHEMA_CHARACTERS)
    return `its schema has more than ${SCHEMA_CHARACTERS} characters`;
  return undefined;
}

function nameIn(told: unknown): string {
  const name = isRecord(told) && typeof told["name"] === "string" ? told["name"] : "a tool without a name";
  return safeText(name).slice(0, 200);
}

/** As a model may read it: no hidden characters, and an end. */
export function cutText(text: string, limit = TEXT_BYTES): string {
  const clean = safeText(text.replaceAll("\r\n", "\n")).trim();
  if (Buffer.byteLength(clean) <= limit) return clean;
  // A character that the cut splits becomes U+FFFD at the end, which is taken away.
  const cut = Buffer.from(clean)
    .subarray(0, limit)
    .toString("utf8")
    .replace(/\uFFFD$/, "");
  return `${cut}…`;
}

function cleaned(schema: InputSchema): InputSchema {
  const clean = (value: unknown, key: string): unknown => {
    if (Array.isArray(value)) return value.map((one) => clean(one, ""));
    if (isRecord(value))
      return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, clean(one, name)]));
    return typeof value === "string" && (key === "description" || key === "title") ? cutText(value) : value;
  };
  return {
    ...Object.fromEntries(Object.entries(schema).map(([name, one]) => [name, clean(one, name)])),
    type: "object",
  };
}

/** The same for the same content, in whatever order a server writes its fields. */
function hashOf(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value, inOrder)).digest("hex");
}

function inOrder(_: string, value: unknown): unknown {
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1)));
}
