import { join } from "node:path";
import { readWhole } from "../base/atomic-file.ts";
import { isRecord } from "../base/is-record.ts";
import { segmentName } from "../protocol/paths.ts";
import { decodeLine, parseJson } from "../store/line-codec.ts";
import { parsePosition } from "../store/position.ts";
import { FOLD_VERSION, isSavedFold, openFold } from "../team/fold.ts";
import { stateHash } from "../team/state-hash.ts";
import type { Team } from "../team/team.ts";
import type { RepairPlace } from "./repair-finding.ts";

const MAX_BYTES = 512 * 1024 * 1024;

/** Somebody's word about what the journal says up to a position. */
export interface Claimed {
  readonly who: string;
  readonly position: string;
  readonly hash: string;
}

/** What the snapshot file is, before the journal is walked. */
export type SnapshotLook =
  | { readonly kind: "none" }
  /** Its marks match the journal; whether its content does, the walk tells. */
  | { readonly kind: "believed"; readonly claimed: Claimed }
  /** Made by other rules: whoever opens the team passes over it and makes its own. */
  | { readonly kind: "other_rules" }
  | { readonly kind: "bad"; readonly why: string };

export async function lookAtSnapshot(place: RepairPlace, team: Team): Promise<SnapshotLook> {
  const { fs, paths } = place;
  const facts = await fs.stat(paths.snapshot);
  if (!facts) return { kind: "none" };
  const snapshot = await team.store.snapshot.load(FOLD_VERSION);
  if (snapshot && isSavedFold(snapshot.state)) {
    const hash = stateHash(openFold(snapshot.state).state);
    return { kind: "believed", claimed: { who: "the snapshot", position: snapshot.position, hash } };
  }
  const bytes = await readWhole(fs, paths.snapshot, MAX_BYTES);
  const line = bytes && bytes.at(-1) === 10 ? decodeLine(bytes, 0, bytes.length - 1) : undefined;
  if (line?.ok !== true) return { kind: "bad", why: "is torn or empty" };
  if (line.value["fold"] !== FOLD_VERSION) return { kind: "other_rules" };
  return { kind: "bad", why: await whyNotBelieved(place, line.value["position"]) };
}

/** A journal that ends before what was folded of it: a power cut, or somebody cut it. Source: faults.md M8, M10. */
async function whyNotBelieved({ fs, paths }: RepairPlace, position: unknown): Promise<string> {
  const at = typeof position === "string" ? parsePosition(position) : undefined;
  if (!at) return "names no place in the journal";
  const size = (await fs.stat(join(paths.journal, segmentName(at.segment))))?.size;
  if (size === undefined) return `speaks of journal/${at.segment}.jsonl, which is not there`;
  return size < at.offset
    ? `speaks of byte ${at.offset} of journal/${at.segment}.jsonl, which ends at byte ${size}: the journal lost what stood there, in a power cut or by hand`
    : `names an entry that does not stand at byte ${at.offset} of journal/${at.segment}.jsonl`;
}

/** What living members said of their own fold, where their `run.json` carries it. */
export async function claimsOfMembers({ fs, paths }: RepairPlace): Promise<readonly Claimed[]> {
  const claims: Claimed[] = [];
  for (const name of (await fs.list(paths.agents)) ?? []) {
    const bytes = await readWhole(fs, join(paths.agents, name, "run.json"), 64 * 1024);
    const run = bytes && parseJson(bytes.toString());
    if (!isRecord(run)) continue;
    const { position, foldHash } = run;
    if (typeof position === "string" && typeof foldHash === "string")
      claims.push({ who: name, position, hash: foldHash });
  }
  return claims;
}
