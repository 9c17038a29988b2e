import { secretsIn } from "../base/redact.ts";
import type { ServerConfig } from "../mcp/server-config.ts";

/** Headers that carry a secret whatever their names say to a list of words. */
const CREDENTIAL_HEADER = /^(?:proxy-)?authorization$|^cookie$/i;
const SCHEME = /^(?:bearer|basic|token|digest|negotiate|apikey)\s+/i;

/** The values of a server's configuration that no file, no model and no terminal may see. */
export function connectorSecrets({ reach }: ServerConfig): readonly string[] {
  if (reach.kind === "stdio") return secretsIn(reach.env);
  const headers = Object.entries(reach.headers);
  const credentials = headers.flatMap(([name, value]) => (CREDENTIAL_HEADER.test(name) ? [value] : []));
  return [...secretsIn(reach.headers), ...credentials].map((value) => value.replace(SCHEME, ""));
}
