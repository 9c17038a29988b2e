/** A stream that is written to: `columns` only when it is a terminal. */
export type Sink = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };
export type Source = NodeJS.ReadableStream & { readonly isTTY?: boolean };

export type EndSignal = "SIGINT" | "SIGTERM" | "SIGHUP";

/** What a command is plugged into; a test hands in its own. */
export interface Io {
  readonly stdin: Source;
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly onSignal: (name: EndSignal, listener: () => void) => void;
  readonly offSignal: (name: EndSignal, listener: () => void) => void;
  /** Ends this process by that signal, at once. */
  readonly die: (name: EndSignal) => void;
}

export function processIo(): Io {
  return {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    onSignal: (name, listener) => process.on(name, listener),
    offSignal: (name, listener) => process.off(name, listener),
    die: (name) => process.kill(process.pid, name),
  };
}
