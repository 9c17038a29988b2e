import type { Model } from "../agent/loop-deps.ts";
import { modelId } from "../agent/model-id.ts";
import type { Host } from "../base/host.ts";
import { chooseTools } from "../plugins/agent-tools.ts";
import { placed } from "../plugins/diagnostic.ts";
import { findAgent } from "../plugins/load-agents.ts";
import type { MemberDefinition } from "../protocol/entries.ts";
import { given } from "./given.ts";
import { agentsOf } from "./subagent-folders.ts";
import { chooseModel } from "./subagent-model.ts";

/** What a role gives a member that does not say it itself. */
export type RoleFill = Pick<MemberDefinition, "prompt" | "model" | "tools">;

/** none: no definition has that name. broken: why it cannot be used, with file and line. */
export type RoleDefinition =
  | { readonly kind: "none" }
  | { readonly kind: "broken"; readonly why: string }
  | { readonly kind: "found"; readonly fill: RoleFill };

/** Tools that a member may have besides those of its team and its connectors, and which of them it has unless it says. */
const TOOLS = ["Read", "Write", "Edit", "Glob", "Grep", "Agent", "Bash"] as const;
const USUAL: readonly string[] = TOOLS.filter((name) => name !== "Bash");
const MOST_PROMPT = 64 * 1024;

/**
 * The definition of an agent that bears the name of a role, for a member that works in `dir`: its body is the prompt, as
 * upstream its skills and connectors are not taken. `model`: the team's, by which a name of a model is understood.
 */
export async function roleDefinition(
  host: Host,
  dir: string,
  role: string,
  model: string | undefined,
): Promise<RoleDefinition> {
  const found = findAgent(await agentsOf(host, dir), role);
  if (found.kind === "broken") return { kind: "broken", why: placed(found.broken.why) };
  if (found.kind === "none" || found.definition.scope === "built-in") return { kind: "none" };
  const { definition } = found;
  const { file, prompt } = definition;
  if (prompt.length > MOST_PROMPT) {
    const message = `its prompt has ${prompt.length} characters; a member's may have ${MOST_PROMPT}`;
    return { kind: "broken", why: placed({ file, line: 1, message }) };
  }
  const tools = toolsFor(definition);
  if (typeof tools === "string") return { kind: "broken", why: tools };
  const parent: Pick<Model, "name"> = { name: modelId(model) };
  const { name } = chooseModel({ env: undefined, call: undefined, definition: definition.model }, parent);
  return {
    kind: "found",
    fill: given({ prompt: prompt === "" ? undefined : prompt, model: name, tools: tools && [...tools] }),
  };
}

/** Undefined: it says nothing of tools. A connector's tools are taken by their names: which there are is not known yet. */
function toolsFor(definition: Parameters<typeof chooseTools>[0]): readonly string[] | string | undefined {
  const { tools, disallowedTools } = definition;
  if (tools === undefined && disallowedTools.length === 0) return undefined;
  const connectors = (tools ?? []).filter(
    (word) => word.startsWith("mcp__") && !disallowedTools.includes(word),
  );
  const there = [...(tools === undefined ? USUAL : TOOLS), ...connectors];
  const chosen = chooseTools(definition, there);
  return typeof chosen === "string" ? chosen : chosen.names;
}
