import type { IncomingHttpHeaders } from "node:http";
import type { ApiError } from "./api-error.ts";

/** Betas that change nothing this server would have to do differently. All others are refused. */
const BETAS: ReadonlySet<string> = new Set([
  "token-counting-2024-11-01",
  "prompt-caching-2024-07-31",
  "extended-cache-ttl-2025-04-11",
  "token-efficient-tools-2025-02-19",
  "interleaved-thinking-2025-05-14",
  "output-128k-2025-02-19",
  "context-1m-2025-08-07",
]);

/** What the API would refuse about the headers of a request. */
export function headerFault(headers: IncomingHttpHeaders): ApiError | undefined {
  if (headers["x-api-key"] === undefined && headers.authorization === undefined)
    return { status: 401, message: "x-api-key header is required" };
  if (headers["anthropic-version"] === undefined)
    return { status: 400, message: "anthropic-version: header is required" };
  const betas = [headers["anthropic-beta"] ?? []].flat().flatMap((value) => value.split(","));
  const unknown = betas.map((beta) => beta.trim()).find((beta) => beta !== "" && !BETAS.has(beta));
  if (unknown === undefined) return undefined;
  return {
    status: 400,
    message: `Unexpected value(s) \`${unknown}\` for the \`anthropic-beta\` header. Please consult our documentation at docs.anthropic.com or try again without the header.`,
  };
}

const FIRST_LINE = /^You are ([A-Za-z0-9][A-Za-z0-9_-]{0,63}),/;

/** Who asks: `/a/NAME` in front of the path, or else the first line of the system prompt. */
export function splitPath(path: string): { readonly agent: string | undefined; readonly path: string } {
  const named = /^\/a\/([^/]+)(\/.*)$/.exec(path);
  const [, agent, rest] = named ?? [];
  return agent === undefined || rest === undefined ? { agent: undefined, path } : { agent, path: rest };
}

export function agentOfSystem(system: readonly { readonly text: string }[] | undefined): string | undefined {
  return FIRST_LINE.exec(system?.[0]?.text ?? "")?.[1];
}
