import { join } from "node:path";
import { readWhole, replaceFile } from "../../base/atomic-file.ts";
import { diskError } from "../../base/disk-error.ts";
import { isErrno } from "../../base/errors.ts";
import type { Fs } from "../../base/files.ts";
import { RunFile } from "../../protocol/files.ts";
import type { MemberName } from "../../protocol/names.ts";
import type { TeamPaths } from "../../protocol/paths.ts";
import { parseJson } from "../line-codec.ts";
import type { Presence } from "../store.ts";
import { ifAbsent } from "./log-place.ts";

const MAX_BYTES = 64 * 1024;

/** `agents/<name>/run.json` and `supervisor/run.json`, each written by the process it speaks of. */
export function openPresence(fs: Fs, paths: TeamPaths): Presence {
  const folderOf = (member: MemberName | undefined): string =>
    member === undefined ? paths.supervisor : paths.agent(member);
  const read = async (member: MemberName | undefined): Promise<RunFile | undefined> => {
    const bytes = await readWhole(fs, join(folderOf(member), "run.json"), MAX_BYTES);
    const run = RunFile.safeParse(bytes && parseJson(bytes.toString()));
    return run.success ? run.data : undefined;
  };
  return {
    write: async (run) => {
      const folder = folderOf(run.member ?? undefined);
      const bytes = Buffer.from(`${JSON.stringify(run)}\n`);
      await ifAbsent(() => fs.mkdir(folder), folder);
      await replaceFile(fs, join(folder, "run.json"), bytes);
    },
    read,
    remove: async (member, instance) => {
      if ((await read(member))?.instance !== instance) return;
      const path = join(folderOf(member), "run.json");
      try {
        await fs.unlink(path);
      } catch (error) {
        if (!isErrno(error, "ENOENT")) throw diskError(error, "remove", path);
      }
    },
  };
}
