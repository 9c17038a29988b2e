import { join, relative } from "node:path";
import { readWhole } from "../base/atomic-file.ts";
import { isRecord } from "../base/is-record.ts";
import { RunFile } from "../protocol/files.ts";
import { parseJson } from "../store/line-codec.ts";
import { setAside } from "./repair-aside.ts";
import type { RepairFinding, RepairPlace } from "./repair-finding.ts";

const MAX_BYTES = 64 * 1024;

/** `run.json` that says nothing: whoever lives writes it anew within 10 s. One of a newer format is somebody's own word. */
export async function lookAtRuns(place: RepairPlace): Promise<readonly RepairFinding[]> {
  const { fs, paths } = place;
  const folders = [paths.supervisor];
  for (const name of (await fs.list(paths.agents)) ?? []) folders.push(join(paths.agents, name));
  const findings: RepairFinding[] = [];
  for (const folder of folders) {
    const path = join(folder, "run.json");
    if (!(await isUnreadable(place, path))) continue;
    const name = relative(paths.root, path);
    findings.push({
      kind: "bad_run",
      severity: "warning",
      what: `${name} cannot be read: it is torn, or not ours`,
      repair: {
        plan: "set it aside under corrupt/",
        besideSupervisor: true,
        apply: async () => {
          const kept = (await isUnreadable(place, path)) ? await setAside(place, path) : undefined;
          return kept === undefined ? undefined : `set ${name} aside as ${kept}`;
        },
      },
    });
  }
  return findings;
}

async function isUnreadable({ fs }: RepairPlace, path: string): Promise<boolean> {
  if ((await fs.stat(path))?.kind !== "file") return false;
  const bytes = await readWhole(fs, path, MAX_BYTES);
  const value = bytes && parseJson(bytes.toString());
  if (isRecord(value) && typeof value["v"] === "number" && value["v"] > 1) return false;
  return !RunFile.safeParse(value).success && (await fs.stat(path)) !== undefined;
}
