import { definitionProperties } from "./fuzz-definitions.ts";
import { hookProperties } from "./fuzz-hooks.ts";
import { mcpProperties } from "./fuzz-mcp.ts";
import { modelProperties } from "./fuzz-model.ts";
import type { Fuzz } from "./fuzz-property.ts";
import { questionProperties } from "./fuzz-questions.ts";
import { settingsProperties } from "./fuzz-settings.ts";
import { toolProperties } from "./fuzz-tools.ts";
import { trustProperties } from "./fuzz-trust.ts";

/** Properties over what one agent is given: its definition, settings, hooks, connectors, and what its model says. */
export const agentProperties: readonly Fuzz[] = [
  ...definitionProperties,
  ...settingsProperties,
  ...trustProperties,
  ...hookProperties,
  ...mcpProperties,
  ...modelProperties,
  ...toolProperties,
  ...questionProperties,
];
