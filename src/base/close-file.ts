import { isSystemError } from "./disk-error.ts";
import type { Fs, OpenFile } from "./files.ts";

/**
 * Closes a file whose content was read, or promised by `append` and `sync` alone: the descriptor is gone whatever the
 * system answers (close(2)), and an error here must not turn what was done into a failure. What a new file holds is
 * another matter: `Fs.create` throws when its closing fails.
 */
export async function closeFile(fs: Fs, file: OpenFile): Promise<void> {
  try {
    await fs.close(file);
  } catch (error) {
    if (!isSystemError(error)) throw error;
  }
}
