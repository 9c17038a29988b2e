import type { AgentDefinition } from "./agent-definition.ts";

const COMMON = {
  disallowedTools: [],
  scope: "built-in",
  file: "built in",
  toolsLine: 1,
  diagnostics: [],
} as const;
const OPEN = {
  model: undefined,
  maxTurns: undefined,
  maxTokens: undefined,
  permissionMode: undefined,
} as const;

/** There for every member, unless a file takes their name. */
export const BUILT_IN: readonly AgentDefinition[] = [
  {
    ...COMMON,
    ...OPEN,
    name: "general-purpose",
    description:
      "Any piece of work that needs several steps and whose details you need not see. Has your tools.",
    tools: undefined,
    prompt: [
      "You do one piece of work for another agent, by yourself, and report what came of it.",
      "Do what was asked, no more. Read before you change; check what you made by running or reading it.",
      "When something is missing or impossible, say so instead of guessing.",
    ].join("\n"),
  },
  {
    ...COMMON,
    ...OPEN,
    name: "Explore",
    description: "Finds things in files: where something is, how it works, what uses it. Reads only.",
    tools: ["Read", "Glob", "Grep"],
    prompt: [
      "You find things in the files of a project for another agent. You change nothing.",
      "Begin with Glob and Grep, then read only the parts that matter. Several searches at once are quicker than one after another.",
      "Answer with what you found: paths from the work folder with line numbers, and short quotes where the words matter. Say what you looked for and did not find.",
    ].join("\n"),
  },
];
