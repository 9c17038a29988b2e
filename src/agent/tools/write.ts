import { z } from "zod";
import { TroupeError } from "../../base/errors.ts";
import { defineTool, type Tool } from "../tool.ts";
import { readText, writeText } from "./file-text.ts";
import { atPlace } from "./place.ts";
import { isProtectedPath } from "./protected-paths.ts";
import type { SeenFiles } from "./seen-files.ts";

const Input = z.object({
  file_path: z.string().describe("From the work folder, or absolute inside it. Missing folders are made."),
  content: z.string().describe("The whole new content."),
});

/** Writes whole files below `dir`. */
export function writeTool({ dir, seen }: { readonly dir: string; readonly seen: SeenFiles }): Tool {
  return defineTool({
    name: "Write",
    description:
      "Writes a whole file in the work folder. A file that is there already must have been read with Read first; to change a part of it use Edit.",
    input: Input,
    effect: "write",
    run: ({ file_path, content }) =>
      atPlace(
        dir,
        file_path,
        async (place) => {
          const before = await readText(place);
          if (before !== undefined) seen.refuseUnseen(place, before);
          seen.see(place, await writeText(place, content, before));
          return `${before === undefined ? "Created" : "Replaced"} ${place.shown} (${Buffer.byteLength(content)} bytes).`;
        },
        { isMaking: true, check: refuseProtected },
      ),
  });
}

/** For tools that write: refuses files that something runs later. */
export function refuseProtected(relative: string): void {
  if (isProtectedPath(relative))
    throw new TroupeError("denied", `refused: ${relative} is protected, because it is run or obeyed later`);
}
