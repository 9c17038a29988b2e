/** An address: a line, the last line, or a simple expression. */
const ADDRESS = /^(?:\d+|\$|\/[^/\\]*\/)(?:,(?:\d+|\$|\+\d+|\/[^/\\]*\/))?!?/;

/** One sed command that prints, deletes or replaces: none that reads, writes or starts anything. */
export function isPlainSed(script: string): boolean {
  const command = script.trim().replace(ADDRESS, "").trimStart();
  if (/^[pdq=P]?$/.test(command)) return true;
  const delimiter = command[1] ?? "";
  if (command[0] !== "s" || /[\w\s\\]|^$/.test(delimiter)) return false;
  let separators = 0;
  let at = 1;
  while (at < command.length && separators < 3) {
    if (command[at] === "\\") at++;
    else if (command[at] === delimiter) separators++;
    at++;
  }
  return separators === 3 && /^[gpiI\d]*$/.test(command.slice(at));
}
