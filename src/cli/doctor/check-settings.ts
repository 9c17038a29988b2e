import type { Host } from "../../base/host.ts";
import { type SettingsTrouble, settingsTroubles } from "../../runtime/settings-trouble.ts";
import type { Checked, Finding } from "./finding.ts";

/** The settings files that bind whoever works in these folders: what `up` refuses, and what members would be told. */
export async function checkSettings(host: Host, dirs: readonly string[]): Promise<Checked> {
  const findings = new Map<string, Finding>();
  for (const dir of new Set(dirs))
    for (const trouble of await settingsTroubles(host, dir)) {
      const finding = findingOf(trouble);
      findings.set(finding.what, finding);
    }
  return { facts: [], findings: [...findings.values()] };
}

function findingOf({ error, isFatal }: SettingsTrouble): Finding {
  return {
    id: isFatal ? "DR090" : "DR091",
    area: "settings",
    team: null,
    severity: isFatal ? "error" : "note",
    what: error.message,
    details: [],
    why: isFatal ? "nobody starts who would be bound by that file" : "that part of the file does nothing",
    do: error.hint ?? "mend the file",
    fix: null,
  };
}
