/** Something about a file of somebody else that its writer wants to know; the file is used all the same, as far as it can be. */
export interface Diagnostic {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly message: string;
}

/** `FILE:LINE: MESSAGE`, as compilers say it. */
export function placed({ file, line, message }: Diagnostic): string {
  return `${file}:${line}: ${message}`;
}
