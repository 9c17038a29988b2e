import { Anthropic } from "@anthropic-ai/sdk";
import { onTestFinished } from "vitest";
import type { ScriptedModel } from "../../src/scripted/model-server.ts";
import { parseScript } from "../../src/scripted/read-script.ts";
import { startScriptedModel } from "../../src/scripted/server.ts";
import { testHost } from "./test-host.ts";

/** A server with the rules of one agent, `ada`, written as YAML, and the SDK in front of it; gone when the test ends. */
export async function scriptedClient(
  rules: string,
  { maxRetries = 0, agent = "ada" }: { maxRetries?: number; agent?: string } = {},
): Promise<{ readonly client: Anthropic; readonly model: ScriptedModel }> {
  const indented = rules
    .trim()
    .split("\n")
    .map((line) => `    ${line}`)
    .join("\n");
  const script = parseScript(`agents:\n  ada:\n${indented}\n`, "script.yaml");
  const model = await startScriptedModel({ script, host: testHost("scripted") });
  onTestFinished(model.close);
  return { client: sdkClient(`${model.url}/a/${agent}`, maxRetries), model };
}

export function sdkClient(baseURL: string, maxRetries = 0): Anthropic {
  return new Anthropic({
    apiKey: "sk-ant-api03-a-key-that-must-not-be-recorded",
    baseURL,
    maxRetries,
    logger: { error: ignore, warn: ignore, info: ignore, debug: ignore },
  });
}

function ignore(): void {}

/** The smallest request. */
export const ASK = {
  model: "scripted",
  max_tokens: 1000,
  messages: [{ role: "user" as const, content: "hello" }],
};
