import type { Fs, OpenFile } from "../../src/base/files.ts";
import { wrapFs } from "./wrapped-fs.ts";

export type FsCall = keyof Fs;

/** What goes wrong at a call, or happens around it. */
export type Fault =
  /** The call does not happen. */
  | { readonly fail: string }
  /** The call happens; its answer is an error. */
  | { readonly loseAnswer: string }
  /** An append lands only these bytes (negative: all but so many) and says so. */
  | { readonly landOnly: number }
  /** An append says that it landed, and did not. */
  | { readonly lie: true }
  /** Something else happens first, or right after. */
  | { readonly before: () => Promise<void> }
  | { readonly after: () => Promise<void> };

interface Rule {
  readonly call: FsCall | "any";
  readonly path: RegExp;
  readonly fault: Fault;
  /** Matching calls that go well first. */
  skip: number;
  /** Matching calls that it then applies to. */
  times: number;
}

export interface FaultyFs extends Fs {
  /** Every call so far, "append /path". */
  readonly calls: string[];
  /** From now on the matching call after `skip` others goes wrong, `times` times (1 unless given). Answers how often it did. */
  readonly fault: (rule: {
    readonly call: FsCall | "any";
    readonly fault: Fault;
    readonly path?: RegExp;
    readonly skip?: number;
    readonly times?: number;
  }) => () => number;
}

const NUMBERS: Readonly<Record<string, number>> = {
  EACCES: -13,
  EDQUOT: -122,
  EFBIG: -27,
  EINTR: -4,
  EIO: -5,
  EMFILE: -24,
  ENFILE: -23,
  ENOLCK: -37,
  ENOSPC: -28,
  EPERM: -1,
  EROFS: -30,
  ESTALE: -116,
  EXDEV: -18,
};
/** Node 20 has no names for these. */
const UNNAMED = new Set(["EDQUOT", "ESTALE", "ENOLCK"]);

export function systemError(name: string, syscall: string, path: string): NodeJS.ErrnoException {
  const errno = NUMBERS[name] ?? 0;
  const code = UNNAMED.has(name) ? `Unknown system error ${errno}` : name;
  return Object.assign(new Error(`${code}: ${syscall} '${path}'`), { errno, code, syscall, path });
}

/** The real disk, but for the faults that are ordered. */
export function faultyFs(real: Fs): FaultyFs {
  const rules: Rule[] = [];
  const calls: string[] = [];

  function ruleFor(call: FsCall, path: string): Rule | undefined {
    for (const rule of rules) {
      if (rule.times === 0 || (rule.call !== "any" && rule.call !== call) || !rule.path.test(path)) continue;
      if (rule.skip > 0) {
        rule.skip--;
        continue;
      }
      rule.times--;
      return rule;
    }
    return undefined;
  }

  async function run<T>(call: FsCall, path: string, job: () => Promise<T>): Promise<T> {
    calls.push(`${call} ${path}`);
    const fault = ruleFor(call, path)?.fault;
    if (!fault || "landOnly" in fault || "lie" in fault) return job();
    if ("fail" in fault) throw systemError(fault.fail, call, path);
    if ("before" in fault) await fault.before();
    const answer = await job();
    if ("after" in fault) await fault.after();
    if ("loseAnswer" in fault) throw systemError(fault.loseAnswer, call, path);
    return answer;
  }

  async function append(file: OpenFile, bytes: Uint8Array): Promise<number> {
    const rule = rules.find(
      ({ call, path, times, skip, fault }) =>
        call === "append" &&
        times > 0 &&
        skip === 0 &&
        path.test(file.path) &&
        ("landOnly" in fault || "lie" in fault),
    );
    if (!rule) return run("append", file.path, () => real.append(file, bytes));
    calls.push(`append ${file.path}`);
    rule.times--;
    if ("lie" in rule.fault) return bytes.length;
    const count = "landOnly" in rule.fault ? rule.fault.landOnly : 0;
    return real.append(file, bytes.subarray(0, count < 0 ? bytes.length + count : count));
  }

  return {
    calls,
    fault: ({ call, fault, path = /./, skip = 0, times = 1 }) => {
      const rule = { call, path, fault, skip, times };
      rules.push(rule);
      return () => times - rule.times;
    },
    ...wrapFs(real, run),
    close: (file) => real.close(file),
    append,
  };
}
