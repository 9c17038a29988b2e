import { agentProperties } from "./fuzz-agents.ts";
import { auditProperties } from "./fuzz-audit.ts";
import { configProperties } from "./fuzz-config.ts";
import { cursorProperties } from "./fuzz-cursor.ts";
import { eventProperties } from "./fuzz-events.ts";
import { fileProperties } from "./fuzz-files.ts";
import { foldProperties } from "./fuzz-fold.ts";
import { logProperties } from "./fuzz-log.ts";
import type { Fuzz } from "./fuzz-property.ts";
import { ruleProperties } from "./fuzz-rules.ts";
import { systemProperties } from "./fuzz-system.ts";
import { wordProperties } from "./fuzz-words.ts";

/** Every property over foreign bytes. */
export const ALL_PROPERTIES: readonly Fuzz[] = [
  ...logProperties,
  ...foldProperties,
  ...ruleProperties,
  ...cursorProperties,
  ...fileProperties,
  ...eventProperties,
  ...auditProperties,
  ...configProperties,
  ...agentProperties,
  ...systemProperties,
  ...wordProperties,
];
