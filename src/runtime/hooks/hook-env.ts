/** What a program needs to run for its user. Source: security.md §8. */
const NAMES: ReadonlySet<string> = new Set([
  "PATH",
  "HOME",
  "USER",
  "LOGNAME",
  "SHELL",
  "LANG",
  "TZ",
  "TERM",
  "COLORTERM",
  "NO_COLOR",
  "TMPDIR",
]);

/** The environment of a hook: the allow-list, and what settings files set. No key and no token is among it by itself. */
export function hookEnv(
  env: Readonly<Record<string, string | undefined>>,
  set: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const own = Object.entries(env).flatMap(([name, value]): [string, string][] =>
    value !== undefined && (NAMES.has(name) || name.startsWith("LC_")) ? [[name, value]] : [],
  );
  return { ...Object.fromEntries(own), ...set };
}
