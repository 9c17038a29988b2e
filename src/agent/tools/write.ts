import { z } from "zod";
import { TroupeError } from "../../base/errors.ts";
import { type Clearance, defineTool, type Tool } from "../tool.ts";
import { readText, writeText } from "./file-text.ts";
import { atPlace, type PlaceOptions, type Reach } from "./place.ts";
import { isProtectedPath } from "./protected-paths.ts";
import type { SeenFiles } from "./seen-files.ts";

const Input = z.object({
  file_path: z.string().describe("From the work folder, or absolute inside it. Missing folders are made."),
  content: z.string().describe("The whole new content."),
});

/** Writes whole files within reach. */
export function writeTool({ reach, seen }: { readonly reach: Reach; readonly seen: SeenFiles }): Tool {
  return defineTool({
    name: "Write",
    description:
      "Writes a whole file in the work folder, over what is there; a file that changed since it was read is refused. To change a part of a file use Edit.",
    input: Input,
    effect: "write",
    run: ({ file_path, content }, _signal, cleared) =>
      atPlace(
        reach,
        file_path,
        async (place) => {
          const before = await readText(place);
          const isBlind = before !== undefined && !seen.isSeen(place, before);
          seen.see(place, writeText(place, content, before));
          const verb = before === undefined ? "Created" : "Replaced";
          // Not refused: who takes over a task writes what its last owner had begun.
          const note = isBlind ? " It was there already, and you had not read it." : "";
          return `${verb} ${place.shown} (${Buffer.byteLength(content)} bytes).${note}`;
        },
        { isWriting: true, isMaking: true, check: refuseProtected(cleared) },
      ),
  });
}

/**
 * For tools that write: refuses files that something runs later, but for those that a person was asked about and that
 * still are where they were then.
 */
export function refuseProtected(cleared: Clearance | undefined): NonNullable<PlaceOptions["check"]> {
  return (relative, absolute) => {
    if (isProtectedPath(relative) && cleared?.protectedPaths.includes(absolute) !== true)
      throw new TroupeError("denied", `refused: ${relative} is protected, because it is run or obeyed later`);
  };
}
