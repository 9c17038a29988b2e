import { Entry } from "../../src/protocol/entries.ts";
import { accept } from "../../src/team/accept.ts";
import { openFold as openTeamFold } from "../../src/team/fold.ts";
import { stateHash } from "../../src/team/state-hash.ts";
import type { Rules } from "./verify-words.ts";

/** The team's own rules, folding from the first entry. */
export function openFold(): Rules {
  const fold = openTeamFold();
  const verdictOf = (line: Readonly<Record<string, unknown>>): string => {
    const entry = Entry.safeParse(line);
    if (!entry.success) return "no entry";
    const verdict = fold.add(entry.data);
    if (!verdict) return "seen before";
    return verdict.ok ? "ok" : verdict.reason.kind;
  };
  return {
    apply: (line) => verdictOf(line) === "ok",
    verdict: verdictOf,
    ask: (line) => {
      const entry = Entry.safeParse(line);
      if (!entry.success) return "no entry";
      const verdict = accept(fold.state, entry.data);
      return verdict.ok ? "ok" : verdict.reason.kind;
    },
    hash: () => stateHash(fold.state),
  };
}
