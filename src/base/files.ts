/** An open file of a log. Opaque: only the `Fs` that opened it reads it. */
export interface OpenFile {
  readonly path: string;
}

/** What a log needs to know of a file: `links` 0 means it was removed while open. */
export interface FileFacts {
  readonly size: number;
  readonly inode: bigint;
  readonly links: number;
  readonly kind: "file" | "folder" | "link" | "other";
  readonly mode: number;
  readonly uid: number;
  readonly modifiedMs: number;
}

/**
 * The disk, one call a step: the only way `store/files` and repair touch it, so that a simulated disk can stand in, a
 * crash can be put before any call and an error into any call. Every function throws Node's system error (errno and
 * path kept). There is no `link` and no `truncate`.
 */
export interface Fs {
  /** Opens an existing regular file for appending and reading: O_APPEND, O_NOFOLLOW, O_NONBLOCK, never O_CREAT. Refuses anything but a regular file of this user with at most one name (`state_dir`). */
  readonly openAppend: (path: string) => Promise<OpenFile>;
  /** The same, read only. */
  readonly openRead: (path: string) => Promise<OpenFile>;
  readonly close: (file: OpenFile) => Promise<void>;
  /** One `write(2)` at the end of the file. Answers how many bytes the kernel took, which may be fewer. */
  readonly append: (file: OpenFile, bytes: Uint8Array) => Promise<number>;
  /** At most `max` bytes from `offset`; fewer at the end of the file. The bytes are the caller's to keep. */
  readonly readFrom: (file: OpenFile, offset: number, max: number) => Promise<Uint8Array>;
  /** Facts of the open file, whatever its path names now. */
  readonly facts: (file: OpenFile) => Promise<FileFacts>;
  /** Facts of what the path names, links not followed; undefined when nothing is there (ENOENT). */
  readonly stat: (path: string) => Promise<FileFacts | undefined>;
  /** A new file, mode 0600 whatever the umask (O_EXCL, O_NOFOLLOW), with all of `bytes`. EEXIST when it is there. */
  readonly create: (path: string, bytes: Uint8Array) => Promise<void>;
  readonly rename: (from: string, to: string) => Promise<void>;
  readonly unlink: (path: string) => Promise<void>;
  /** Names in a folder, sorted; undefined when it is not there (ENOENT). */
  readonly list: (path: string) => Promise<readonly string[] | undefined>;
  /** A new folder, mode 0700 whatever the umask. EEXIST when it is there. */
  readonly mkdir: (path: string) => Promise<void>;
  readonly rmdir: (path: string) => Promise<void>;
  /** `fdatasync` of the open file. */
  readonly sync: (file: OpenFile) => Promise<void>;
  /** `fsync` of a folder. */
  readonly syncFolder: (path: string) => Promise<void>;
}
