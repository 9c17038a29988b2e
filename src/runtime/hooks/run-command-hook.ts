import { dirname } from "node:path";
import { TroupeError } from "../../base/errors.ts";
import { noSandbox, type Sandbox } from "../../base/sandbox.ts";
import type { HookHandlerOf } from "../../protocol/hooks.ts";
import { given } from "../given.ts";
import { runProgram } from "./hook-process.ts";
import { failed, type HookInput, type Ran, type RunDeps, timeoutText } from "./ran.ts";
import type { Handler } from "./read-hooks.ts";

/** Starts the program of a hook and reads what it says. */
export async function runCommandHook(
  deps: RunDeps,
  handler: Handler,
  { spec, input }: { readonly spec: HookHandlerOf<"command">; readonly input: HookInput },
  signal: AbortSignal,
): Promise<Ran> {
  const { source, timeoutMs } = handler;
  const envFile = input.event === "SessionStart" ? deps.envFile : undefined;
  const sandbox = await sandboxFor(deps, handler, input, envFile);
  if (typeof sandbox === "string") return failed(sandbox);
  const tag = { TROUPE_HOOK: deps.newId() };
  const env = {
    ...deps.env,
    ...pluginEnv(source.plugin),
    CLAUDE_PROJECT_DIR: deps.projectDir,
    ...given({ CLAUDE_ENV_FILE: envFile }),
    ...tag,
  };
  const end = await runProgram(
    {
      argv: argvOf(spec, env),
      dir: deps.dir,
      env,
      input: `${input.json}\n`,
      timeoutMs,
      tag,
      sandbox,
    },
    signal,
  );
  switch (end.how) {
    case "not_started":
      return failed(`it cannot be started: ${end.why}`);
    case "timeout":
      return failed(timeoutText(timeoutMs));
    case "aborted":
      return failed("it was interrupted");
    case "exited":
      if (end.code === null) return failed(`it was ended by ${end.signal ?? "a signal"}`);
      if (end.isCut) return failed("it wrote more than 1 MiB to stdout");
      return { kind: "output", code: end.code, stdout: end.stdout, stderr: end.stderr };
    default:
      return end satisfies never;
  }
}

/** Or why there is none: then the hook does not run, and what it guards is refused. */
async function sandboxFor(
  { walls }: RunDeps,
  { confined }: Handler,
  { payload }: HookInput,
  envFile: string | undefined,
): Promise<Sandbox | string> {
  if (confined === undefined) return noSandbox();
  if (walls === undefined) return "it is to run in a sandbox, which there is none of here";
  // The person at the command line has none.
  const { transcript_path: path } = payload;
  const visible = typeof path === "string" && path !== "/dev/null" ? [path] : [];
  try {
    return await walls({
      ...confined,
      visible,
      writable: envFile === undefined ? [] : [dirname(envFile)],
    });
  } catch (error) {
    if (error instanceof TroupeError) return error.message;
    throw error;
  }
}

function pluginEnv(plugin: Handler["source"]["plugin"]): Record<string, string> {
  if (plugin === undefined) return {};
  const options = Object.entries(plugin.options).map(([key, value]): [string, string] => [
    `CLAUDE_PLUGIN_OPTION_${key.toUpperCase()}`,
    value,
  ]);
  return {
    CLAUDE_PLUGIN_ROOT: plugin.root,
    CLAUDE_PLUGIN_DATA: plugin.data,
    ...Object.fromEntries(options),
  };
}

function argvOf(
  { command, args, shell = "sh" }: HookHandlerOf<"command">,
  env: Readonly<Record<string, string>>,
): readonly [string, ...string[]] {
  if (args === undefined) return [`/bin/${shell}`, "-c", command];
  const filled = (text: string): string =>
    text.replaceAll(/\$\{(CLAUDE_[A-Z0-9_]+)\}/g, (whole, name: string) => env[name] ?? whole);
  return [filled(command), ...args.map(filled)];
}
