import { isRecord } from "../../base/is-record.ts";
import type { HookHandlerOf } from "../../protocol/hooks.ts";
import { failed, type HookInput, parsedJson, type Ran, type RunDeps, succeeded } from "./ran.ts";

const ANSWER_BYTES = 1024 * 1024;

/**
 * Posts the payload. A 2xx with a JSON object is the answer, an empty 2xx is none, and everything else is a failure:
 * redirects too, so that only what was configured is ever called.
 */
export async function runHttpHook(
  { config, hostEnv }: RunDeps,
  { url, headers = {}, allowedEnvVars = [] }: HookHandlerOf<"http">,
  { json }: HookInput,
  signal: AbortSignal,
): Promise<Ran> {
  if (config.allowedUrls !== undefined && !config.allowedUrls.some((pattern) => isLike(url, pattern)))
    return failed(`${url} is not in allowedHttpHookUrls`);
  const { allowedEnv } = config;
  const isKnown = (name: string): boolean =>
    allowedEnvVars.includes(name) && (allowedEnv === undefined || allowedEnv.includes(name));
  const filled = Object.entries(headers).map(([name, value]): [string, string] => [
    name,
    value.replaceAll(/\$(?:\{(\w+)\}|(\w+))/g, (_, braced: string | undefined, bare: string | undefined) =>
      valueOf(hostEnv, braced ?? bare ?? "", isKnown),
    ),
  ]);
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...Object.fromEntries(filled) },
    body: json,
    redirect: "manual",
    signal,
  });
  const body = await bodyOf(response);
  if (!response.ok) return failed(`${url} answered ${response.status}`);
  if (body === undefined) return failed(`${url} answered more than 1 MiB`);
  if (body.trim() === "" || isRecord(parsedJson(body))) return succeeded(body);
  return failed(`${url} answered something that is no JSON object`);
}

function valueOf(env: RunDeps["hostEnv"], name: string, isKnown: (name: string) => boolean): string {
  return isKnown(name) ? (env[name] ?? "") : "";
}

/** undefined when there is more than an answer may have. */
async function bodyOf({ body }: Response): Promise<string | undefined> {
  if (body === null) return "";
  const reader: ReadableStreamDefaultReader<Uint8Array> = body.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return Buffer.concat(chunks).toString("utf8");
    size += value.length;
    if (size > ANSWER_BYTES) {
      await reader.cancel();
      return undefined;
    }
    chunks.push(value);
  }
}

/** `*` stands for any characters. Piece by piece, so that no pattern takes long. */
function isLike(url: string, pattern: string): boolean {
  const [head = "", ...rest] = pattern.split("*");
  const last = rest.pop();
  if (last === undefined) return url === pattern;
  if (!url.startsWith(head)) return false;
  let at = head.length;
  for (const piece of rest) {
    const found = url.indexOf(piece, at);
    if (found === -1) return false;
    at = found + piece.length;
  }
  return url.length - last.length >= at && url.endsWith(last);
}
