/** `${VAR}` and `${VAR:-default}`, as Claude Code writes them. Nothing else is syntax. */
const VARIABLE = /\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g;

/**
 * The text with its variables put in; one pass, so that a value that holds `${X}` stays as it is. A variable that is
 * not set (or empty, for a default: as in a shell) stays literal and is added to `missing`.
 */
export function expand(
  text: string,
  env: Readonly<Record<string, string | undefined>>,
  missing: Set<string>,
): string {
  return text.replaceAll(VARIABLE, (whole, name: string, fallback: string | undefined) => {
    const value = env[name];
    if (fallback !== undefined) return value === undefined || value === "" ? fallback : value;
    if (value !== undefined) return value;
    missing.add(name);
    return whole;
  });
}

/** The names that a text asks for. */
export function variablesIn(text: string): readonly string[] {
  return [...text.matchAll(VARIABLE)].map(([, name = ""]) => name);
}
