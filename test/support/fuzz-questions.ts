import * as fc from "fast-check";
import { safeText } from "../../src/base/safe-text.ts";
import { questionAbout } from "../../src/runtime/call-summary.ts";
import { anyJson, refusePollution } from "./fuzz-bytes.ts";
import { type Fuzz, fuzz, implies, must } from "./fuzz-property.ts";

const word = fc.oneof(
  fc.string(),
  fc.string({ unit: "binary" }),
  fc.constantFrom(
    "ls",
    "\u001b[2J",
    "ls \u001b]0; rm -rf ~ \u0007",
    "a\u202eb",
    "x".repeat(1_799),
    "x".repeat(1_801),
    "\r\n",
  ),
  anyJson,
);

const questions = fuzz({
  title: "L10 whatever a call holds, a person is shown the whole of it or may allow it this once only",
  parsers: ["src/runtime/call-summary.ts"],
  input: fc.record({
    name: fc.constantFrom("Bash", "Edit", "WebFetch", "mcp__s__t"),
    input: fc.oneof(
      fc.record(
        { command: word, file_path: word, path: word, url: word, more: anyJson },
        { requiredKeys: [] },
      ),
      anyJson,
    ),
  }),
  open:
    () =>
    ({ name, input }) => {
      const call = { id: "t1", name, input };
      const { summary, rule } = questionAbout(call, { reason: "why", suggestion: `${name}(x)` }, undefined);
      must(summary).toBe(safeText(summary));
      must(summary.length).toBeLessThan(2_000);
      const { command } = (input ?? {}) as { readonly command?: unknown };
      const isShown =
        typeof command !== "string" ||
        [command, JSON.stringify(command)].some((text) => seen(summary).includes(seen(text)));
      implies(rule !== undefined && name === "Bash", isShown, "what a rule would allow is shown");
      refusePollution();
    },
});

/** What a shell could run of it. */
function seen(text: string): string {
  return text.replaceAll(/\\u\{[0-9a-f]+\}|\\t|[^ -~]/g, "");
}

export const questionProperties: readonly Fuzz[] = [questions];
