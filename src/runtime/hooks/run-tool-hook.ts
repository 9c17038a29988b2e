import type { HookHandlerOf } from "../../protocol/hooks.ts";
import { failed, type HookInput, type Ran, type RunDeps, succeeded } from "./ran.ts";

/** Calls a tool of a connector; its text is read as the stdout of a command is. */
export async function runToolHook(
  { callTool: call }: RunDeps,
  { server, tool, input = {} }: HookHandlerOf<"mcp_tool">,
  { payload }: HookInput,
  signal: AbortSignal,
): Promise<Ran> {
  if (call === undefined) return failed("hooks of type mcp_tool are not supported here");
  const { text, isError } = await call({ server, tool, input: filledIn(input, payload) }, signal);
  return isError ? failed(`the tool ${tool} of ${server} failed: ${text}`) : succeeded(text);
}

/** `${tool_input.file_path}` in any string becomes that field of the payload; what is not there becomes nothing. */
function filledIn(value: unknown, payload: unknown): unknown {
  if (typeof value === "string")
    return value.replaceAll(/\$\{([A-Za-z0-9_.]+)\}/g, (_, path: string) => asText(fieldAt(payload, path)));
  if (Array.isArray(value)) return value.map((item) => filledIn(item, payload));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, filledIn(item, payload)]));
}

function fieldAt(value: unknown, path: string): unknown {
  return path
    .split(".")
    .reduce<unknown>(
      (at, key) =>
        typeof at === "object" && at !== null
          ? Object.entries(at).find(([name]) => name === key)?.[1]
          : undefined,
      value,
    );
}

function asText(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}
