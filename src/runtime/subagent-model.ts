import type { Model } from "../agent/loop-deps.ts";
import { modelId } from "../agent/model-id.ts";

/** Who may name the model of a subagent, the strongest first. Source: plugins.md §A4. */
export interface ModelWishes {
  /** `CLAUDE_CODE_SUBAGENT_MODEL`. */
  readonly env: string | undefined;
  readonly call: string | undefined;
  readonly definition: string | undefined;
}

/** `name`: undefined for the caller's own model. `note`: why a wish was passed over. */
export interface ChosenModel {
  readonly name: string | undefined;
  readonly note: string | undefined;
}

/** The first wish that names a model that this server can have; a name that nobody knows is passed over, with a note. */
export function chooseModel(
  { env, call, definition }: ModelWishes,
  parent: Pick<Model, "name">,
): ChosenModel {
  let note: string | undefined;
  for (const wish of [env, call, definition]) {
    const name = wish?.trim();
    if (name === undefined || name === "") continue;
    if (name.toLowerCase() === "inherit") break;
    if (isKnown(name, parent.name)) return { name, note };
    note ??= `its model ${JSON.stringify(name.slice(0, 100))} is not known here`;
  }
  return { name: undefined, note };
}

/** A server of one's own has no models of Claude, and every other id may be one of its models. */
function isKnown(name: string, parent: string): boolean {
  if (isClaude(parent)) return isClaude(modelId(name));
  return !isClaude(modelId(name)) && /^[\w.:@/-]+$/.test(name);
}

function isClaude(id: string): boolean {
  return /(^|[./])claude-/.test(id);
}
