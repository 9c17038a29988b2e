import type { Tool } from "./tool.ts";
import { bashTool } from "./tools/bash.ts";
import { editTool } from "./tools/edit.ts";
import { globTool } from "./tools/glob.ts";
import { grepTool } from "./tools/grep.ts";
import { readTool } from "./tools/read.ts";
import { createSeenFiles } from "./tools/seen-files.ts";
import { writeTool } from "./tools/write.ts";

export interface ToolsetOptions {
  /** The work folder, absolute: file tools never leave it, commands start in it. */
  readonly dir: string;
  /** The whole environment of the commands of Bash. */
  readonly env: Readonly<Record<string, string>>;
}

/** Bash, Read, Write, Edit, Glob and Grep for one agent. */
export function fileAndShellTools({ dir, env }: ToolsetOptions): readonly Tool[] {
  const seen = createSeenFiles();
  return [
    bashTool({ dir, env }),
    readTool({ dir, seen }),
    writeTool({ dir, seen }),
    editTool({ dir, seen }),
    globTool({ dir }),
    grepTool({ dir }),
  ];
}
