import { expect, test } from "vitest";
import { LONGEST_RETRY_MS, retryWait, waitText, withWait } from "../../../src/agent/retry-wait.ts";

const DATE = "Fri, 20 Nov 2026 12:00:00 GMT";

test.each<[number, Record<string, string>, number, number | undefined]>([
  [429, { "retry-after-ms": "80", "retry-after": "1" }, 1, 80],
  [429, { "retry-after": "12" }, 1, 12_000],
  [529, { "retry-after": "0" }, 1, 0],
  [503, { "retry-after": "7.5" }, 1, 7_500],
  [429, { "retry-after": "Fri, 20 Nov 2026 12:00:30 GMT", date: DATE }, 1, 30_000],
  [429, { "retry-after": "Fri, 20 Nov 2026 11:00:00 GMT", date: DATE }, 1, 0],
  [429, { "retry-after": "-5" }, 1, 0],
  [429, { "retry-after": "soon" }, 1, 500],
  [429, {}, 1, 500],
  [529, {}, 4, 4_000],
  [529, {}, 10, 60_000],
  [500, {}, 1, undefined],
  [503, { "retry-after": "NaN" }, 1, undefined],
])("I1 I2 %i with %j after %i tries is a wait of %s ms", (status, headers, tries, ms) => {
  expect(retryWait({ status, headers: new Headers(headers) }, tries)?.ms).toBe(ms);
});

test.each([{ "retry-after": "259200" }, { "retry-after-ms": "259200000" }, { "retry-after": "1e300" }])(
  "I1 a wait of days (%j) is cut to ten minutes for the SDK, which would sleep through it, and people are told",
  (headers) => {
    const wait = retryWait({ status: 503, headers: new Headers(headers) }, 1);

    expect(wait?.ms).toBe(LONGEST_RETRY_MS);
    if (wait === undefined) return;
    const response = withWait(new Response("busy", { status: 503, headers }), wait.ms);
    expect(response.headers.get("retry-after")).toBeNull();
    expect(response.headers.get("retry-after-ms")).toBe(String(LONGEST_RETRY_MS));
    expect(waitText(wait)).toMatch(/^the server says in [\d.e+]+ s, tried again in 600 s$/);
  },
);
