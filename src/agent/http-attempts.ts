import type { Middleware } from "@anthropic-ai/sdk";
import { TroupeError } from "../base/errors.ts";
import type { IdleWatch } from "./idle-watch.ts";
import { watched } from "./idle-watch.ts";
import type { LoopDeps, RateGate } from "./loop-deps.ts";
import { causeText, isPassingStatus } from "./model-trouble.ts";
import { isLimit, type RetryWait, retryWait, waitText, withWait } from "./retry-wait.ts";

interface Attempts {
  readonly watch: IdleWatch;
  readonly requestTries: number;
  readonly connectTries: number;
  /** Told before the SDK waits for its next attempt. */
  readonly onRetry: (why: string) => void;
  /** Where others use the same key. */
  readonly rateGate?: LoopDeps["rateGate"];
}

/** The gate alone, for a request that stands for itself: it waits with the others, and tells them of a limit. */
export function gatedAttempts(rateGate: RateGate, signal: AbortSignal): Middleware {
  let tries = 0;
  return async (request, next) => {
    await rateGate.wait(signal);
    tries++;
    const response = await next(request);
    const wait = retryWait(response, tries);
    if (wait === undefined || !isLimit(response.status)) return response;
    rateGate.limited(wait.askedMs ?? wait.ms);
    return withWait(response, 0);
  };
}

/** A certificate that is wrong now is wrong in a second too. */
const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS/;

/**
 * Looks at each HTTP attempt that the SDK makes for one request: lets it through when nobody's rate limit stands against
 * it, tells of retries, gives up early on a server that is not there, and refuses an answer that is no stream of the
 * Messages API. The SDK does the waiting between attempts, as long as it is told here.
 */
export function attemptsWatcher(attempts: Attempts): Middleware {
  const { watch, requestTries, connectTries, onRetry, rateGate } = attempts;
  let tries = 0;
  return async (request, next) => {
    await rateGate?.wait(watch.signal);
    tries++;
    watch.arm();
    const response = await next(request).catch((error: unknown) => {
      watch.rest();
      if (!watch.signal.aborted) onConnectError(error, request.url);
      throw error;
    });
    if (response.ok) return watched(await streamOf(response, request.url), watch);
    watch.rest();
    return refused(response, request.url);
  };

  async function refused(response: Response, url: string): Promise<Response> {
    const { status, headers } = response;
    const asks = headers.get("x-should-retry");
    const isTriedAgain = asks === null ? isPassingStatus(status) : asks === "true";
    const wait = retryWait(response, tries);
    const isShared = rateGate !== undefined && isLimit(status);
    if (wait !== undefined && isShared) rateGate.limited(wait.askedMs ?? wait.ms);
    if (isTriedAgain && tries < requestTries) onRetry(statusText(status, wait));
    else if (isPage(response) && !isPassingStatus(status)) await streamOf(response, url);
    if (wait === undefined) return response;
    // Who waits at the gate is seen there, and hears what others are told.
    return withWait(response, isShared ? 0 : wait.ms);
  }

  function onConnectError(error: unknown, url: string): void {
    const reason = error instanceof Error ? causeText(error) : String(error);
    // Without `cause`: the SDK would see a connection error in it and try again.
    if (tries >= connectTries || CERTIFICATE.test(codeOf(error)))
      throw new TroupeError("model_unreachable", `no connection to the model at ${url}: ${reason}`);
    if (tries < requestTries) onRetry(`no connection: ${reason}`);
  }
}

function statusText(status: number, wait: RetryWait | undefined): string {
  const when = wait === undefined ? "" : `, ${waitText(wait)}`;
  if (status === 429) return `rate limit (429${when})`;
  return status === 529 ? `the server is overloaded (529${when})` : `the server answered ${status}`;
}

function isPage(response: Response): boolean {
  return contentType(response).includes("text/html");
}

function contentType(response: Response): string {
  return response.headers.get("content-type") ?? "no content type";
}

async function streamOf(response: Response, url: string): Promise<Response> {
  if (contentType(response).includes("text/event-stream")) return response;
  await response.body?.cancel();
  throw new TroupeError(
    "model_unreachable",
    `${url} answered ${response.status} with ${contentType(response)}, not with a stream of the Messages API; is the base URL right?`,
  );
}

function codeOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error && "code" in cause ? String(cause.code) : "";
}
