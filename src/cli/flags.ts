import { z } from "zod";

/** Flags that every command takes. */
export const Flags = z.object({
  team: z.string().optional(),
  json: z.boolean().default(false),
  quiet: z.boolean().default(false),
  verbose: z.boolean().default(false),
  color: z.boolean().default(true),
  input: z.boolean().default(true),
  yes: z.boolean().default(false),
});
export type Flags = z.infer<typeof Flags>;

/** As commander and the help show them. */
export const FLAG_OPTIONS: readonly (readonly [string, string])[] = [
  ["--team <name>", "the team (else TROUPE_TEAM, else the newest one of this folder)"],
  ["--json", "JSON on stdout, errors too"],
  ["--quiet", "no words on stderr but errors"],
  ["--verbose", "errors with their stack"],
  ["--no-color", "no colours (also NO_COLOR=1)"],
  ["--no-input", "ask nothing; a needed question is exit 2"],
  ["--yes", "answer questions with yes"],
];
