/** No server is left alone for longer than this, whatever it says: its clock may be wrong, or its limit lifted. In ms. */
export const LONGEST_RETRY_MS = 600_000;

/** Without a word of the server: from half a second to a minute. Source: faults.md I2. */
const FIRST_MS = 500;
const LAST_MS = 60_000;

/** How long a server wants to be left alone. */
export interface RetryWait {
  readonly ms: number;
  /** What the server asked for, when that is more. */
  readonly askedMs: number | null;
}

/** Everybody's answer, not this request's: too many requests, or too much to do. */
export function isLimit(status: number): boolean {
  return status === 429 || status === 529;
}

/** From an answer; undefined where it names no time and is no limit, so that the SDK may choose. `tries`: requests made so far. */
export function retryWait(
  { status, headers }: Pick<Response, "status" | "headers">,
  tries: number,
): RetryWait | undefined {
  const asked = askedFor(headers);
  if (asked !== undefined)
    return asked > LONGEST_RETRY_MS ? { ms: LONGEST_RETRY_MS, askedMs: asked } : { ms: asked, askedMs: null };
  if (!isLimit(status)) return undefined;
  return { ms: Math.min(FIRST_MS * 2 ** (tries - 1), LAST_MS), askedMs: null };
}

/** Milliseconds, seconds, or a date by the server's clock, which is compared with its own `date`. */
function askedFor(headers: Headers): number | undefined {
  const exact = Number.parseFloat(headers.get("retry-after-ms") ?? "");
  if (Number.isFinite(exact)) return Math.max(0, exact);
  const text = headers.get("retry-after");
  if (text === null) return undefined;
  const number = Number(text);
  if (Number.isFinite(number)) return Math.max(0, number * 1000);
  const ms = Date.parse(text) - Date.parse(headers.get("date") ?? "");
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}

/** The same answer with that wait in it, as the SDK reads it: it would sleep for weeks when told to. */
export function withWait(response: Response, ms: number): Response {
  const headers = new Headers(response.headers);
  headers.delete("retry-after");
  // The SDK takes 0 for no word at all.
  headers.set("retry-after-ms", String(Math.max(1, Math.round(ms))));
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}

/** For people: what the server said of it. */
export function waitText({ ms, askedMs }: RetryWait): string {
  if (askedMs === null) return `again in ${seconds(ms)} s`;
  return `the server says in ${seconds(askedMs)} s, tried again in ${seconds(ms)} s`;
}

function seconds(ms: number): number {
  return Math.round(ms / 100) / 10;
}
