import type { McpServer } from "../protocol/mcp-servers.ts";
import type { Settings } from "../protocol/settings.ts";

type Match = NonNullable<Settings["allowedMcpServers"]>[number];

/**
 * Why the settings do not let a server run; undefined when they do. Denied first. Where the list of the allowed names
 * commands, a server with a command needs one of them, and the same for URLs: a name anybody can take. Source:
 * plugins.md §A10.
 */
export function whyForbidden(
  name: string,
  server: McpServer,
  { allowedMcpServers: allowed, deniedMcpServers: denied = [] }: Settings,
): string | undefined {
  if (denied.some((match) => isMatch(match, name, server))) return "deniedMcpServers names it";
  if (allowed === undefined) return undefined;
  const field = server.command === undefined ? "serverUrl" : "serverCommand";
  const strict = allowed.filter((match) => match[field] !== undefined);
  return (strict.length > 0 ? strict : allowed).some((match) => isMatch(match, name, server))
    ? undefined
    : "allowedMcpServers does not name it";
}

function isMatch({ serverName, serverUrl, serverCommand }: Match, name: string, server: McpServer): boolean {
  if (serverCommand !== undefined) {
    const argv = [server.command, ...(server.args ?? [])];
    return server.command !== undefined && JSON.stringify(argv) === JSON.stringify(serverCommand);
  }
  if (serverUrl !== undefined) return server.url !== undefined && globMatches(serverUrl, server.url);
  return serverName === name;
}

/** `*` stands for any text. Linear: the parts are looked for one behind the other. */
function globMatches(glob: string, text: string): boolean {
  const [first = "", ...rest] = glob.split("*");
  const last = rest.pop();
  if (last === undefined) return glob === text;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}
