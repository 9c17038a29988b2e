// oxlint-disable import/max-dependencies -- every property, from each file of them
import { configProperties } from "./fuzz-config.ts";
import { cursorProperties } from "./fuzz-cursor.ts";
import { definitionProperties } from "./fuzz-definitions.ts";
import { eventProperties } from "./fuzz-events.ts";
import { fileProperties } from "./fuzz-files.ts";
import { foldProperties } from "./fuzz-fold.ts";
import { logProperties } from "./fuzz-log.ts";
import { mcpProperties } from "./fuzz-mcp.ts";
import { modelProperties } from "./fuzz-model.ts";
import type { Fuzz } from "./fuzz-property.ts";
import { ruleProperties } from "./fuzz-rules.ts";
import { systemProperties } from "./fuzz-system.ts";
import { toolProperties } from "./fuzz-tools.ts";
import { wordProperties } from "./fuzz-words.ts";

/** Every property over foreign bytes. */
export const ALL_PROPERTIES: readonly Fuzz[] = [
  ...logProperties,
  ...foldProperties,
  ...ruleProperties,
  ...cursorProperties,
  ...fileProperties,
  ...eventProperties,
  ...configProperties,
  ...definitionProperties,
  ...mcpProperties,
  ...modelProperties,
  ...toolProperties,
  ...systemProperties,
  ...wordProperties,
];
