/** What makes more of a line than one command with plain words. */
const MORE = /[;&|<>$`(){}\\\n\r!#*?[\]~]/;

/**
 * Whether trusted settings want this command to run outside of the sandbox: a whole one, or `name *` and `name:*` for
 * every one that begins so. A line that is more than one plain command never is: a part of it could be anything.
 */
export function isExcluded(command: string, patterns: readonly string[]): boolean {
  const line = command.trim();
  if (MORE.test(line)) return false;
  return patterns.some((pattern) => {
    const prefix = /^(.*?)(?: \*|:\*)$/.exec(pattern.trim())?.[1];
    if (prefix === undefined) return line === pattern.trim();
    return prefix !== "" && (line === prefix || line.startsWith(`${prefix} `));
  });
}
