import type { Compaction } from "../agent/loop-deps.ts";
import type { MemberName } from "../protocol/names.ts";
import type { Team } from "../team/team.ts";
import { briefText } from "./brief.ts";

export interface MemberCompaction extends Compaction {
  /** Before the next model call. */
  readonly want: () => void;
}

export function openCompaction(team: Team, me: MemberName): MemberCompaction {
  let isWanted = false;
  return {
    want: () => {
      isWanted = true;
    },
    takeRequest: () => {
      const wasWanted = isWanted;
      isWanted = false;
      return wasWanted;
    },
    // The fold at hand will do: it is read on before each model call.
    brief: () => Promise.resolve(briefText(team.state(), me)),
  };
}
