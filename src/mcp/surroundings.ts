import type { Sandbox } from "../base/sandbox.ts";

/** Where a server runs, and what of it goes where. */
export interface Surroundings {
  /** The member's folder: where the process starts, and the one root that the server is told. */
  readonly dir: string;
  /** The environment of a child process, without the server's own variables. */
  readonly env: Readonly<Record<string, string>>;
  /** Finds a process and its descendants. */
  readonly tag: Readonly<Record<string, string>>;
  /** The wall around the process; may reject, and then it is not started. */
  readonly confine: Sandbox["confine"];
  /** Hosts that may have an address of this machine or its network. */
  readonly hosts: ReadonlySet<string>;
  /** What a server writes to stderr, and what is said of it. Must not throw. */
  readonly log: (text: string) => void;
}
