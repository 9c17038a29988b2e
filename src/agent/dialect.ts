/**
 * What some servers of the Messages API refuse and requests can do without. cache: marks for the prompt cache.
 * summaries: the beta by which a server compacts a conversation itself.
 */
export type Extra = "cache" | "summaries";

/** What is known of a server, by what it took and refused. */
export interface Dialect {
  /** undefined: nobody knows; it is tried. */
  readonly takes: (extra: Extra) => boolean | undefined;
  /** Must not throw. */
  readonly learned: (extra: Extra, takes: boolean) => void;
}
