import { join } from "node:path";
import { readWhole, replaceFile, syncWhole } from "../../base/atomic-file.ts";
import { diskError } from "../../base/disk-error.ts";
import type { Fs } from "../../base/files.ts";
import { BODY_MAX_BYTES } from "../../protocol/message.ts";
import { bodyOf, sha256 } from "../body-of.ts";
import type { Bodies } from "../store.ts";

/** `bodies/<sha256>`: what is too long for a line. A file that is not what its name says is as good as none. */
export function openBodies(fs: Fs, folder: string, durability: "default" | "power"): Bodies {
  const get = async (name: string): Promise<string | undefined> => {
    // The name comes out of a message: nothing else may become a path.
    if (!/^[0-9a-f]{64}$/.test(name)) return undefined;
    const bytes = await readWhole(fs, join(folder, name), BODY_MAX_BYTES);
    return bytes && sha256(bytes) === name ? bytes.toString() : undefined;
  };
  return {
    put: async (text) => {
      const { name, bytes } = bodyOf(text);
      const path = join(folder, name);
      const there = await look(fs, path);
      // After a power cut a file may have its length and lack its content.
      if (there?.size !== bytes.length || (await get(name)) === undefined)
        await replaceFile(fs, path, bytes, { sync: durability === "power" });
      // Whoever put it there may not be done with that, or may have died over it.
      else if (durability === "power") await syncWhole(fs, path);
      return name;
    },
    get,
  };
}

async function look(fs: Fs, path: string): ReturnType<Fs["stat"]> {
  try {
    return await fs.stat(path);
  } catch (error) {
    throw diskError(error, "look at", path);
  }
}
