import { Entry } from "../../src/protocol/entries.ts";
import { openFold as openTeamFold } from "../../src/team/fold.ts";
import { stateHash } from "../../src/team/state-hash.ts";
import type { Fold } from "./verify-words.ts";

/** The team's own rules, folding from the first entry. */
export function openFold(): Fold {
  const fold = openTeamFold();
  return {
    apply: (line) => {
      const entry = Entry.safeParse(line);
      return entry.success && fold.add(entry.data)?.ok === true;
    },
    hash: () => stateHash(fold.state),
  };
}
