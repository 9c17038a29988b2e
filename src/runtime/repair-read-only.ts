import type { Fs } from "../base/files.ts";

/** A look changes nothing: every call that would is answered as on a disk that is mounted read-only. */
export function readOnlyFiles(fs: Fs): Fs {
  return {
    ...fs,
    openAppend: refuse("open"),
    append: async (file) => {
      throw readOnly("write", file.path);
    },
    create: refuse("open"),
    rename: refuse("rename"),
    unlink: refuse("unlink"),
    mkdir: refuse("mkdir"),
    rmdir: refuse("rmdir"),
  };
}

/** Answers a call that has a path as its first argument. */
function refuse(call: string): (path: string) => Promise<never> {
  return async (path) => {
    throw readOnly(call, path);
  };
}

function readOnly(syscall: string, path: string): NodeJS.ErrnoException {
  const error = new Error(`EROFS: only looked at, ${syscall} '${path}'`);
  return Object.assign(error, { code: "EROFS", errno: -30, syscall, path });
}
