import { z } from "zod";
import { isErrno, TroupeError } from "../../base/errors.ts";
import { defineTool, type Tool } from "../tool.ts";
import { isBinary, readBytes } from "./file-text.ts";
import { below } from "./glob.ts";
import { type GlobMatcher, globMatcher } from "./glob-match.ts";
import { type LineMatcher, openLineMatcher } from "./line-matcher.ts";
import { inFolder, type Place, type Reach } from "./place.ts";
import { walk } from "./walk.ts";

const MOST_LINES = 1_000;
const LONGEST_MS = 30_000;
const EVERY_FILE: GlobMatcher = { matches: () => true, mayLieBelow: () => true };

const Input = z.object({
  pattern: z.string().min(1).describe("A JavaScript regular expression, matched against each line."),
  path: z.string().optional().describe("Folder to search; the work folder without it."),
  glob: z.string().optional().describe("Only files that match, such as **/*.ts."),
  ignore_case: z.boolean().optional(),
});

/** Finds lines in the text files within reach. */
export function grepTool({ reach }: { readonly reach: Reach }): Tool {
  return defineTool({
    name: "Grep",
    description: `Finds lines in the text files of the work folder by a regular expression; answers path:line:text, at most ${MOST_LINES}. Leaves out .git and node_modules, and follows no links.`,
    input: Input,
    effect: "read",
    run: async ({ pattern, path, glob, ignore_case = false }, signal) => {
      const matcher = openLineMatcher(pattern, ignore_case ? "i" : "");
      const limit = new AbortController();
      const stop = (): void => {
        limit.abort();
        void matcher.close(); // Only asks the thread to end; it cannot fail.
      };
      const timer = setTimeout(stop, LONGEST_MS);
      signal.addEventListener("abort", stop);
      try {
        return await inFolder(reach, path, async (start, shown, root) => {
          const lines: string[] = [];
          const isShown = reach.searchable?.() ?? (() => true);
          const { matches, mayLieBelow } = glob === undefined ? EVERY_FILE : globMatcher(glob);
          const visit = async (place: Place): Promise<boolean> => {
            if (matches(place.shown) && isShown(place.real))
              for (const [number, text] of await matchesIn(place, matcher, limit.signal))
                lines.push(`${below(shown, place.shown)}:${number}:${text}`);
            return lines.length <= MOST_LINES;
          };
          await walk({ start, root, enters: mayLieBelow, visit }, limit.signal);
          return listed(lines, limit.signal.aborted);
        });
      } finally {
        clearTimeout(timer);
        signal.removeEventListener("abort", stop);
        await matcher.close();
      }
    },
  });
}

async function matchesIn(
  place: Place,
  matcher: LineMatcher,
  signal: AbortSignal,
): Promise<readonly (readonly [number, string])[]> {
  const text = await textOf(place);
  if (text === undefined) return [];
  try {
    return await matcher.find(text);
  } catch (error) {
    // The thread was ended: what was found until then is the answer.
    if (signal.aborted && error instanceof Error && error.name === "AbortError") return [];
    throw error;
  }
}

/** A file that is binary, empty, too large, closed to us or just gone is passed over. */
async function textOf(place: Place): Promise<string | undefined> {
  try {
    const file = await readBytes(place);
    return file === undefined || file.bytes.length === 0 || isBinary(file.bytes)
      ? undefined
      : file.bytes.toString("utf8");
  } catch (error) {
    if (error instanceof TroupeError || isErrno(error, "EACCES", "EPERM", "ELOOP")) return undefined;
    throw error;
  }
}

function listed(lines: readonly string[], isCut: boolean): string {
  return [
    ...lines.slice(0, MOST_LINES),
    ...(lines.length === 0 ? ["(no line matches)"] : []),
    ...(lines.length > MOST_LINES ? [`(more than ${MOST_LINES} lines match; search for less)`] : []),
    ...(isCut ? [`(the search was ended before it was through, after at most ${LONGEST_MS / 1000} s)`] : []),
  ].join("\n");
}
