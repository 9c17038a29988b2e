import { z } from "zod";
import { TroupeError } from "../../base/errors.ts";
import { defineTool, type Tool } from "../tool.ts";
import { readText, writeText } from "./file-text.ts";
import { atPlace, type Reach } from "./place.ts";
import type { SeenFiles } from "./seen-files.ts";
import { refuseProtected } from "./write.ts";

const Input = z.object({
  file_path: z.string().describe("From the work folder, or absolute inside it."),
  old_string: z.string().min(1).describe("The text to replace, exactly as it stands in the file."),
  new_string: z.string(),
  replace_all: z.boolean().optional().describe("Replace each occurrence; else there must be exactly one."),
});

/** Replaces text in files within reach. */
export function editTool({ reach, seen }: { readonly reach: Reach; readonly seen: SeenFiles }): Tool {
  return defineTool({
    name: "Edit",
    description:
      "Replaces old_string by new_string in a file of the work folder. The file must have been read with Read first, and not have changed since.",
    input: Input,
    effect: "write",
    run: ({ file_path, old_string, new_string, replace_all = false }, _signal, cleared) =>
      atPlace(
        reach,
        file_path,
        async (place) => {
          const file = await readText(place);
          if (file === undefined) throw new TroupeError("failed", "no such file; make it with Write");
          if (!seen.isSeen(place, file))
            throw new TroupeError("conflict", "the file was not read yet; Read it first");
          if (file.isBinary || file.isLossy)
            throw new TroupeError("failed", "not a UTF-8 text file; Edit would damage it");
          const { text, count } = replaced(file.text, {
            old: old_string,
            next: new_string,
            isAll: replace_all,
          });
          seen.see(place, writeText(place, text, file));
          return `Edited ${place.shown} (${count} ${count === 1 ? "place" : "places"}).`;
        },
        { isWriting: true, check: refuseProtected(cleared) },
      ),
  });
}

interface Replacement {
  readonly old: string;
  readonly next: string;
  readonly isAll: boolean;
}

function replaced(text: string, { old, next, isAll }: Replacement): { text: string; count: number } {
  const parts = text.split(old);
  const count = parts.length - 1;
  // A model writes \n; the file may not.
  if (count === 0 && text.includes("\r\n") && old.includes("\n") && !old.includes("\r"))
    return replaced(text, {
      old: old.replaceAll("\n", "\r\n"),
      next: next.replaceAll(/\r?\n/g, "\r\n"),
      isAll,
    });
  if (count === 0)
    throw new TroupeError("failed", "old_string does not stand in the file; compare it with Read");
  if (count > 1 && !isAll)
    throw new TroupeError(
      "failed",
      `old_string stands there ${count} times; give more of its surroundings, or replace_all`,
    );
  return { text: parts.join(next), count };
}
