import type { Call } from "./power-calls.ts";
import type { Found, PowerCase } from "./power-case.ts";
import { type Cut, type CutLimits, cuts } from "./power-model.ts";
import { startOn } from "./power-start.ts";
import { writtenIn } from "./power-written.ts";

export interface PowerResult {
  readonly disks: number;
  /** Each with the cut point and the disk that show it; the first of each kind. */
  readonly violations: readonly string[];
  /** Disks on which the team opened. */
  readonly opened: number;
}

/** Builds the disks that a cut anywhere in the calls may leave, starts the team on each and looks. */
export async function checkCuts(one: PowerCase, limits: CutLimits): Promise<PowerResult> {
  const written = writtenIn(one.calls);
  const known = new Map<string, Found>();
  const violations = new Map<string, string>();
  let disks = 0;
  let opened = 0;
  for (const cut of cuts(one.root, one.calls, limits)) {
    let found = known.get(cut.key);
    if (!found) {
      found = await startOn(one, written, cut);
      known.set(cut.key, found);
      disks++;
      if (found.team) opened++;
    }
    for (const what of [...found.violations, ...missing(one, cut, found)]) {
      const kind = what.replaceAll(/[\w-]+\.\d+|\d+/g, "N");
      if (!violations.has(kind)) violations.set(kind, `${what}\n  ${describe(cut, one.calls)}`);
    }
  }
  return { disks, opened, violations: [...violations.values()] };
}

function describe({ after, image }: Cut, calls: readonly Call[]): string {
  const call = calls[after - 1];
  const last = call
    ? JSON.stringify(call, (key, value: unknown) => (key === "bytes" ? undefined : value))
    : "nothing";
  const files = [...image].map(([path, bytes]) => `${path}${bytes === null ? "/" : ` ${bytes.length}`}`);
  return `cut behind call ${after}, ${last}; on the disk:\n    ${files.join("\n    ")}`;
}

/** `durability: "power"`: nothing that was answered is missing, and what was accepted still is. */
function missing(one: PowerCase, { acked }: Cut, { team, violations }: Found): string[] {
  // Worse was found already.
  if (!team && violations.length > 0) return [];
  if (one.durability !== "power") return [];
  if (one.isRemoved && acked.includes("removed")) return team ? ["a removed team is back"] : [];
  if (!team) return acked.includes("team") && !one.isRemoved ? ["an acknowledged team is gone"] : [];
  return acked.flatMap((ack) => {
    const [word, id = ""] = ack.split(" ");
    if (word === "entry" && !team.accepted.has(id))
      return [`acknowledged entry ${id} does not count any more`];
    if (word === "mail" && !team.mail.has(id)) return [`acknowledged message ${id} is not delivered`];
    return [];
  });
}
