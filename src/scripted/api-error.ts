const TYPES: Readonly<Record<number, string>> = {
  400: "invalid_request_error",
  401: "authentication_error",
  402: "billing_error",
  403: "permission_error",
  404: "not_found_error",
  408: "timeout_error",
  413: "request_too_large",
  429: "rate_limit_error",
  504: "timeout_error",
  529: "overloaded_error",
};

/** An answer that is not a message. */
export interface ApiError {
  readonly status: number;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The body of an error as the Messages API sends it. */
export function errorBody({ status, message }: ApiError, requestId: string): string {
  return JSON.stringify({
    type: "error",
    error: { type: TYPES[status] ?? "api_error", message },
    request_id: requestId,
  });
}
