import type { Middleware } from "@anthropic-ai/sdk";
import { TroupeError } from "../base/errors.ts";
import type { IdleWatch } from "./idle-watch.ts";
import { watched } from "./idle-watch.ts";
import { causeText, isPassingStatus } from "./model-trouble.ts";

interface Attempts {
  readonly watch: IdleWatch;
  readonly requestTries: number;
  readonly connectTries: number;
  /** Told before the SDK waits for its next attempt. */
  readonly onRetry: (why: string) => void;
}

/** A certificate that is wrong now is wrong in a second too. */
const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS/;

/**
 * Looks at each HTTP attempt that the SDK makes for one request: tells of retries, gives up early on a server that is
 * not there, and refuses an answer that is no stream of the Messages API. The SDK does the waiting.
 */
export function attemptsWatcher({ watch, requestTries, connectTries, onRetry }: Attempts): Middleware {
  let tries = 0;
  return async (request, next) => {
    tries++;
    watch.arm();
    const response = await next(request).catch((error: unknown) => {
      watch.rest();
      if (!watch.signal.aborted) onConnectError(error, request.url);
      throw error;
    });
    if (response.ok) return watched(await streamOf(response, request.url), watch);
    watch.rest();
    const asks = response.headers.get("x-should-retry");
    const isTriedAgain = asks === null ? isPassingStatus(response.status) : asks === "true";
    if (isTriedAgain && tries < requestTries) onRetry(statusText(response));
    else if (isPage(response) && !isPassingStatus(response.status)) await streamOf(response, request.url);
    return response;
  };

  function onConnectError(error: unknown, url: string): void {
    const reason = error instanceof Error ? causeText(error) : String(error);
    // Without `cause`: the SDK would see a connection error in it and try again.
    if (tries >= connectTries || CERTIFICATE.test(codeOf(error)))
      throw new TroupeError("model_unreachable", `no connection to the model at ${url}: ${reason}`);
    if (tries < requestTries) onRetry(`no connection: ${reason}`);
  }
}

function statusText({ status, headers }: Response): string {
  const seconds = headers.get("retry-after");
  const wait = seconds === null ? "" : `, come back after ${seconds} s`;
  if (status === 429) return `rate limit (429${wait})`;
  return status === 529 ? "the server is overloaded (529)" : `the server answered ${status}`;
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
