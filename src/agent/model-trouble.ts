import {
  AnthropicError,
  APIConnectionError,
  APIError,
  AuthenticationError,
  PaymentRequiredError,
  PermissionDeniedError,
} from "@anthropic-ai/sdk";
import { TroupeError } from "../base/errors.ts";
import type { TurnEnd } from "./loop-deps.ts";

export type Failure = Extract<TurnEnd, { reason: "failed" }>;

/** What an error of a model call means. `again`: the same request may go through. */
export type Trouble = { readonly kind: "again"; readonly why: string } | Failure;

const TOO_LONG =
  /prompt is too long|too many tokens|context[ _-]?(window|length|size|limit)|exceeds? the (available |maximum )?context/i;

/** Types of an `error` event inside a stream that was accepted. The other types say that the request itself is wrong. */
const PASSING = new Set(["api_error", "overloaded_error", "rate_limit_error", "timeout_error"]);

/** HTTP answers that the SDK tries again by itself; what is left after its tries is a server that cannot be reached. */
export function isPassingStatus(status: number | undefined): boolean {
  return status !== undefined && (status === 408 || status === 409 || status === 429 || status >= 500);
}

/**
 * Sorts what a model call threw. `isAnswered`: the HTTP answer was good and its body was being read. Errors that come neither from the SDK nor from the
 * network are bugs and thrown again.
 */
export function troubleOf(error: unknown, url: string, isAnswered: boolean): Trouble {
  if (error instanceof TroupeError && error.code === "model_unreachable")
    return failed("model_unreachable", error.message);
  if (isApiError(error)) return apiTrouble(error, url);
  if (isAnswered && isBrokenStream(error))
    return { kind: "again", why: `the answer broke off: ${causeText(error)}` };
  // The SDK has no class for it: no key, no token, no profile.
  if (error instanceof Error && error.message.startsWith("Could not resolve authentication method"))
    return failed("auth_missing", "no API key, token or profile for the Anthropic API was found");
  if (error instanceof AnthropicError) return failed("failed", error.message);
  throw error;
}

/** The class is generic over `any`. */
function isApiError(error: unknown): error is APIError {
  return error instanceof APIError;
}

function apiTrouble(error: APIError, url: string): Trouble {
  if (error instanceof APIConnectionError)
    return failed("model_unreachable", `no connection to the model at ${url}: ${causeText(error)}`);
  if (error instanceof AuthenticationError || error instanceof PermissionDeniedError)
    return failed("auth_refused", `the model server at ${url} refused the credentials: ${answerText(error)}`);
  if (error instanceof PaymentRequiredError)
    return failed("auth_refused", `the model server at ${url} wants to be paid first: ${answerText(error)}`);
  if (isPassingStatus(error.status))
    return failed("model_unreachable", `the model at ${url} does not answer: ${answerText(error)}`);
  if (error.status === undefined && PASSING.has(error.type ?? ""))
    return { kind: "again", why: `the server broke off: ${error.apiMessage ?? error.type}` };
  return refusedRequest(error, url);
}

function refusedRequest(error: APIError, url: string): Failure {
  const refused = failed("failed", `the model at ${url} refused the request: ${answerText(error)}`);
  if (isTooLong(error)) return { ...refused, isTooLong: true };
  return error.status === 400 || error.status === 422 ? { ...refused, isBadRequest: true } : refused;
}

/** No error type says it: the API answers 400 or 413, other servers have words of their own. */
function isTooLong({ status, message }: APIError): boolean {
  return status === 413 || (status === 400 && TOO_LONG.test(message));
}

/** fetch reports a lost connection as a TypeError, a damaged event is a SyntaxError. */
function isBrokenStream(error: unknown): error is Error {
  return error instanceof AnthropicError || error instanceof TypeError || error instanceof SyntaxError;
}

/** What the server said, without a page of HTML that a proxy may have put there. */
function answerText(error: APIError): string {
  if (error.apiMessage !== null) return `${error.status ?? ""} ${error.apiMessage}`.trim();
  const type = error.headers?.get("content-type") ?? "nothing";
  return type.includes("json") ? error.message : `${error.status ?? ""} with ${type}`.trim();
}

/** fetch hides the reason two causes deep: "fetch failed" helps nobody. */
export function causeText(error: Error): string {
  let inner: Error = error;
  for (let depth = 0; depth < 5 && inner.cause instanceof Error; depth++) inner = inner.cause;
  const code = "code" in inner && typeof inner.code === "string" ? inner.code : "";
  return inner.message === "" ? code : inner.message;
}

function failed(code: Failure["code"], message: string): Failure {
  return { reason: "failed", code, message };
}
