import { EventEmitter } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { PassThrough, Writable } from "node:stream";
import { expect } from "vitest";
import { type Host, openHost } from "../../src/base/host.ts";
import type { EndSignal, Io } from "../../src/cli/io.ts";
import { main } from "../../src/cli/main.ts";
import { tempFolder } from "./temp-folder.ts";

export interface CliResult {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  /** Laid over an environment that has CLAUDE_CONFIG_DIR and PATH only. */
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  /** A terminal with so many columns on stdout, stderr and stdin. */
  readonly columns?: number;
  /** Where the command is typed; the world's project unless given. */
  readonly cwd?: string;
  /** Gets hold of the command while it runs. */
  readonly during?: (io: CliIo) => void;
}

export interface CliIo {
  readonly stdout: () => string;
  readonly signal: (name: EndSignal) => void;
  /** Signals by which the command asked to be ended at once. */
  readonly deaths: readonly EndSignal[];
}

/** A user with a folder of their own: home, project and configuration; commands run in this process. */
export interface CliWorld {
  readonly folder: string;
  readonly project: string;
  readonly config: string;
  readonly host: (options?: CliOptions) => Host;
  readonly troupe: (argv: readonly string[], options?: CliOptions) => Promise<CliResult>;
  /** `troupe` of a line as it is typed: quotes are understood, nothing else. */
  readonly type: (line: string, options?: CliOptions) => Promise<CliResult>;
  readonly write: (path: string, text: string) => string;
}

const ROOT = join(import.meta.dirname, "../..");

export function cliWorld(): CliWorld {
  const folder = tempFolder();
  const project = join(folder, "parser-build");
  const config = join(folder, "claude");
  mkdirSync(project);
  mkdirSync(config);

  function host({ env, cwd = project }: CliOptions = {}): Host {
    const variables = { PATH: process.execPath, CLAUDE_CONFIG_DIR: config, ...env };
    return { ...openHost(join(ROOT, "bin/troupe.js"), cwd, variables), home: folder };
  }

  async function troupe(argv: readonly string[], options: CliOptions = {}): Promise<CliResult> {
    const stdout = sink(options.columns);
    const stderr = sink(options.columns);
    const signals = new EventEmitter();
    const deaths: EndSignal[] = [];
    const io: Io = {
      stdin: source(options),
      stdout: stdout.stream,
      stderr: stderr.stream,
      onSignal: (name, listener) => signals.on(name, listener),
      offSignal: (name, listener) => signals.off(name, listener),
      die: (name) => deaths.push(name),
    };
    const ended = main(argv, host(options), io);
    options.during?.({ stdout: stdout.text, signal: (name) => signals.emit(name), deaths });
    const exit = await ended;
    return { exit, stdout: stdout.text(), stderr: stderr.text() };
  }

  return {
    folder,
    project,
    config,
    host,
    troupe,
    type: (line, options) => troupe(words(line).slice(1), options),
    write: (path, text) => {
      const whole = join(project, path);
      mkdirSync(dirname(whole), { recursive: true });
      writeFileSync(whole, text);
      return whole;
    },
  };
}

/** A text with that in it, wherever a value is compared. Vitest's own is of the type any. */
export function containing(text: string): unknown {
  return expect.stringContaining(text);
}

/** A text that matches, wherever a value is compared. */
export function matching(pattern: RegExp): unknown {
  return expect.stringMatching(pattern);
}

/** A typed line in words: `a "b c" 'd'`. */
export function words(line: string): readonly string[] {
  return [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, bare]) => double ?? single ?? bare ?? "",
  );
}

function sink(columns: number | undefined): { readonly stream: Io["stdout"]; readonly text: () => string } {
  let text = "";
  const stream = new Writable({
    write: (chunk: Buffer, _, done) => {
      text += chunk.toString("utf8");
      done();
    },
  });
  const terminal = columns === undefined ? {} : { isTTY: true, columns };
  return { stream: Object.assign(stream, terminal), text: () => text };
}

function source({ stdin, columns }: CliOptions): Io["stdin"] {
  const stream = new PassThrough();
  if (stdin !== undefined) stream.end(stdin);
  return Object.assign(stream, columns === undefined ? {} : { isTTY: true });
}
