/** How to start a program: never a shell line, nothing inherited. */
export interface Program {
  readonly argv: readonly [string, ...string[]];
  readonly dir: string;
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
}

/** A program as it has to be started so that it is confined. */
export interface Confined extends Program {
  /** To be passed as descriptors 3, 4, … and to be kept open until the program was started. */
  readonly descriptors: readonly number[];
  /** To be called once, when the program is over: takes away what was put into place for it. Never rejects. */
  readonly release: () => Promise<void>;
}

/** A wall around programs, built for one policy. `off`: there is none. */
export interface Sandbox {
  readonly name: "bwrap" | "srt" | "off";
  /** Throws TroupeError `denied` when the wall cannot be built as the policy wants it: the program is then not started. */
  readonly confine: (program: Program) => Promise<Confined>;
}

/** No wall: for whoever was told so by a person. */
export function noSandbox(): Sandbox {
  return {
    name: "off",
    confine: (program) => Promise.resolve({ ...program, descriptors: [], release: () => Promise.resolve() }),
  };
}
