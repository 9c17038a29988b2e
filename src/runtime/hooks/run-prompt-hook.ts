import { type HookHandlerOf, PromptVerdict } from "../../protocol/hooks.ts";
import { failed, type HookInput, parsedJson, type Ran, type RunDeps } from "./ran.ts";

/** Asks a model, which answers `{ok, reason?, impossible?}`. */
export async function runPromptHook(
  { askModel }: RunDeps,
  { prompt, model }: HookHandlerOf<"prompt">,
  { json }: HookInput,
  signal: AbortSignal,
): Promise<Ran> {
  if (askModel === undefined) return failed("hooks of type prompt are not supported here");
  const asked = prompt.includes("$ARGUMENTS")
    ? prompt.replaceAll("$ARGUMENTS", () => json)
    : `${prompt}\n\n${json}`;
  const answer = await askModel(asked, model, signal);
  const verdict = PromptVerdict.safeParse(jsonIn(answer));
  if (verdict.success) return { kind: "verdict", verdict: verdict.data };
  return failed(`the model's answer is not {"ok": true or false, "reason": …}: ${answer.slice(0, 200)}`);
}

/** The JSON object in an answer that may have words or a fence around it. */
function jsonIn(answer: string): unknown {
  const object = /\{[\s\S]*\}/.exec(answer)?.[0];
  return object === undefined ? undefined : parsedJson(object);
}
