/** Names that are closed in every writable folder, there or not; a path such as `.config/git` counts as one. */
export interface ProtectedNames {
  readonly folders: readonly string[];
  readonly files: readonly string[];
  /** Paths below a protected folder that stay writable, such as `.claude/worktrees`. */
  readonly open: readonly string[];
}

/** What a confined program may reach. All paths are absolute; what is not there is passed over. */
export interface SandboxPolicy {
  /** Folders it may write in. */
  readonly writable: readonly string[];
  /** Seen read-only though they lie below something hidden: toolchains below the home folder. */
  readonly visible: readonly string[];
  /** Read-only though they lie below something writable. */
  readonly readOnly: readonly string[];
  /** Nobody sees what is in them. */
  readonly hidden: readonly string[];
  readonly protectedNames: ProtectedNames;
  /** `host`: everything this machine reaches. There is no list of domains. */
  readonly network: "none" | "host";
  /** The programs live as long as their agent does: no limit on their CPU time. */
  readonly stays?: boolean;
  /** Hidden, but may be written to: what is in it is gone with the program. */
  readonly home: string;
  /** A private folder, in which it is remembered what was put into the writable folders for a while. */
  readonly stateDir: string;
}

/** Why there can be no wall, and what a person can do about it. */
export interface NoWall {
  readonly reason: string;
  readonly hint: string;
}
