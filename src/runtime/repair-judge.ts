import { openFileStore } from "../store/files/open-file-store.ts";
import { parsePosition } from "../store/position.ts";
import { FOLD_VERSION } from "../team/fold.ts";
import { setAside } from "./repair-aside.ts";
import type { RepairFinding, RepairPlace } from "./repair-finding.ts";
import type { Claimed, SnapshotLook } from "./repair-snapshot.ts";
import type { Walked } from "./repair-walk.ts";

/**
 * The fold from byte 0 against everybody's word. A line that was changed by hand is folded by those who read it before
 * and torn for those who read it later (M11): then a person decides; otherwise the journal is right and the snapshot is
 * written anew.
 */
export function judgeFold(
  place: RepairPlace,
  walked: Walked,
  { look, claims, isChanged }: { look: SnapshotLook; claims: readonly Claimed[]; isChanged: boolean },
): readonly RepairFinding[] {
  // What could not be walked to its end proves nothing.
  if (walked.trouble.length > 0) return [];
  if (look.kind === "bad") return [snapshotFinding(place, walked, `journal/snapshot.json ${look.why}`)];
  const all = look.kind === "believed" ? [look.claimed, ...claims] : claims;
  const differing = all.filter(
    ({ position, hash }) => walked.hashes.has(position) && walked.hashes.get(position) !== hash,
  );
  const [first] = differing.toSorted((one, other) => compare(one.position, other.position));
  if (!first) return [];
  const isSnapshotAlone = differing.every((claim) => look.kind === "believed" && claim === look.claimed);
  const what = `at ${first.position} the journal says something else than ${differing.map(({ who }) => who).join(", ")}`;
  if (isSnapshotAlone && !isChanged) return [snapshotFinding(place, walked, what)];
  return [{ kind: "disputed", severity: "error", what }];
}

function compare(one: string, other: string): number {
  const [first, second] = [parsePosition(one), parsePosition(other)];
  return (first?.segment ?? 0) - (second?.segment ?? 0) || (first?.offset ?? 0) - (second?.offset ?? 0);
}

function snapshotFinding(place: RepairPlace, walked: Walked, what: string): RepairFinding {
  return {
    kind: "snapshot",
    severity: "warning",
    what,
    repair: {
      plan: "keep a copy under corrupt/ and write it anew from the journal",
      besideSupervisor: true,
      apply: async () => {
        const { last, fold } = walked;
        if (!last) return undefined;
        const kept = await setAside(place, place.paths.snapshot, { keep: true });
        const state = fold.save();
        // A store of its own: the one that looked may not write.
        const store = await openFileStore(place.fs, place.paths, { durability: "default" });
        try {
          await store.snapshot.save({ fold: FOLD_VERSION, position: last.position, lastId: last.id, state });
        } finally {
          await store.close();
        }
        return `wrote journal/snapshot.json anew up to ${last.position}${kept === undefined ? "" : `; the bad one is ${kept}`}`;
      },
    },
  };
}
