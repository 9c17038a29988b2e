import { statSync } from "node:fs";
import { z } from "zod";
import { isErrno } from "../../base/errors.ts";
import { defineTool, type Tool } from "../tool.ts";
import { globMatcher } from "./glob-match.ts";
import { inFolder, type Reach } from "./place.ts";
import { walk } from "./walk.ts";

const MOST_RESULTS = 200;

const Input = z.object({
  pattern: z.string().min(1).describe("Such as src/**/*.ts, from the searched folder."),
  path: z.string().optional().describe("Folder to search; the work folder without it."),
});

/** Finds files within reach by name. */
export function globTool({ reach }: { readonly reach: Reach }): Tool {
  return defineTool({
    name: "Glob",
    description: `Finds files of the work folder by a pattern, newest first, at most ${MOST_RESULTS}. Leaves out .git and node_modules, and follows no links.`,
    input: Input,
    effect: "read",
    run: ({ pattern, path }, signal) =>
      inFolder(reach, path, async (start, shown, root) => {
        const { matches, mayLieBelow } = globMatcher(pattern);
        const isShown = reach.searchable?.() ?? (() => true);
        const found: { path: string; time: number }[] = [];
        const isWhole = await walk(
          {
            start,
            root,
            enters: mayLieBelow,
            visit: async (place) => {
              if (matches(place.shown) && isShown(place.real))
                found.push({ path: below(shown, place.shown), time: timeOf(place.at) });
              return true;
            },
          },
          signal,
        );
        return listed(found, isWhole);
      }),
  });
}

/** A path of a searched folder as a path from the work folder, so that it can be given to Read. */
export function below(folder: string, path: string): string {
  return folder === "" ? path : `${folder}/${path}`;
}

function timeOf(at: string): number {
  try {
    return statSync(at).mtimeMs;
  } catch (error) {
    if (isErrno(error, "ENOENT", "EACCES")) return 0;
    throw error;
  }
}

function listed(found: readonly { path: string; time: number }[], isWhole: boolean): string {
  const rest = found.length - MOST_RESULTS;
  return [
    ...found
      .toSorted((a, b) => b.time - a.time)
      .slice(0, MOST_RESULTS)
      .map(({ path }) => path),
    ...(found.length === 0 ? ["(no file matches)"] : []),
    ...(rest > 0 ? [`(${rest} more; use a narrower pattern)`] : []),
    ...(isWhole ? [] : ["(not every folder was searched: there are too many entries)"]),
  ].join("\n");
}
