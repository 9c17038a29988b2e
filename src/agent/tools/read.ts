import { z } from "zod";
import { TroupeError } from "../../base/errors.ts";
import { defineTool, type Tool } from "../tool.ts";
import { readText } from "./file-text.ts";
import { atPlace, type Reach } from "./place.ts";
import type { SeenFiles } from "./seen-files.ts";

const MOST_LINES = 2_000;
/** Below the cap of a tool result, so that the cut is at the end of a line and says where to go on. */
const MOST_CHARACTERS = 90_000;

const Input = z.object({
  file_path: z.string().describe("From the work folder, or absolute inside it."),
  offset: z.int().min(1).optional().describe("First line to read, from 1."),
  limit: z.int().min(1).optional().describe(`Number of lines; at most ${MOST_LINES} without it.`),
});

/** Reads text files within reach. */
export function readTool({ reach, seen }: { readonly reach: Reach; readonly seen: SeenFiles }): Tool {
  return defineTool({
    name: "Read",
    description: "Reads a text file of the work folder, whole or in part.",
    input: Input,
    effect: "read",
    run: ({ file_path, offset = 1, limit = MOST_LINES }) =>
      atPlace(reach, file_path, async (place) => {
        const file = await readText(place);
        if (file === undefined) throw new TroupeError("failed", "no such file");
        seen.see(place, file.hash);
        if (file.isBinary) return `(${place.shown} is a binary file of ${file.size} bytes)`;
        if (file.text === "") return `(${place.shown} is empty)`;
        const note = file.isLossy ? "(not UTF-8: bytes that are no text are shown as \ufffd)\n" : "";
        return `${note}${excerpt(file.text, offset, limit)}`;
      }),
  });
}

function excerpt(text: string, offset: number, limit: number): string {
  const lines = text.split("\n");
  const count = lines.at(-1) === "" ? lines.length - 1 : lines.length;
  if (offset > count) return `(there is no line ${offset}: the file has ${count} lines)`;
  let end = offset - 1;
  let size = 0;
  while (end < Math.min(count, offset - 1 + limit)) {
    size += (lines[end]?.length ?? 0) + 1;
    // One line is always given; where it is longer than a result may be, the executor keeps head and tail.
    if (size > MOST_CHARACTERS && end >= offset) break;
    end++;
  }
  if (offset === 1 && end === count) return text;
  const rest = end < count ? `; go on with offset ${end + 1}` : "";
  return `${lines.slice(offset - 1, end).join("\n")}\n(lines ${offset} to ${end} of ${count}${rest})`;
}
