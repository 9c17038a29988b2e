import type { Tool } from "./tool.ts";
import { bashTool } from "./tools/bash.ts";
import { editTool } from "./tools/edit.ts";
import { globTool } from "./tools/glob.ts";
import { grepTool } from "./tools/grep.ts";
import type { Reach } from "./tools/place.ts";
import { readTool } from "./tools/read.ts";
import { createSeenFiles } from "./tools/seen-files.ts";
import { noShelter, type Shelter } from "./tools/shelter.ts";
import { writeTool } from "./tools/write.ts";

export interface ToolsetOptions extends Reach {
  /** The whole environment of the commands of Bash. */
  readonly env: Readonly<Record<string, string>>;
  /** In what they run; without it in the open. */
  readonly shelter?: Shelter;
  /** Where long output is kept whole, absolute; the file tools may read there. */
  readonly spillDir?: string;
}

/** Bash, Read, Write, Edit, Glob and Grep for one agent. */
export function fileAndShellTools(options: ToolsetOptions): readonly Tool[] {
  const { dir, env, shelter = noShelter(), spillDir, readable = [] } = options;
  const seen = createSeenFiles();
  const reach: Reach = { ...options, readable: spillDir === undefined ? readable : [...readable, spillDir] };
  return [
    bashTool({ dir, env, shelter, spillDir }),
    readTool({ reach, seen }),
    writeTool({ reach, seen }),
    editTool({ reach, seen }),
    globTool({ reach }),
    grepTool({ reach }),
  ];
}
