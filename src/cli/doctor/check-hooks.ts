import type { Host } from "../../base/host.ts";
import type { ConnectorSeat } from "../../runtime/connector-view.ts";
import { checkPolicy, type PolicyCheck } from "../../runtime/hooks/check-policy.ts";
import { counted } from "../amounts.ts";
import type { Checked, Finding } from "./finding.ts";

const AREA = "hooks";

/** Whether the policy hooks of a team's members could run; none of them is run. */
export async function checkHooks(
  host: Host,
  team: string,
  seats: readonly ConnectorSeat[],
): Promise<Checked> {
  const dirs = [...new Set(seats.map(({ dir }) => dir))];
  const checks = await Promise.all(dirs.map((dir) => checkPolicy(host, dir)));
  const findings = new Map<string, Finding>();
  for (const check of checks) for (const one of findingsOf(team, check)) findings.set(one.what, one);
  const guards = Math.max(0, ...checks.map((check) => check.guards));
  const deaf = checks.some((check) => check.deaf.length > 0);
  return {
    facts:
      guards === 0 || deaf
        ? []
        : [`${team}: ${counted(guards, "policy hook")}, their programs are there (none was run)`],
    findings: [...findings.values()],
  };
}

function findingsOf(team: string, { deaf, problems }: PolicyCheck): readonly Finding[] {
  return [
    ...deaf.map(
      ({ name, why }): Finding => ({
        id: "DR080",
        area: AREA,
        team,
        severity: "warning",
        what: `${team}: the policy hook ${name} cannot run: ${why}`,
        details: [],
        why: "whatever it guards is refused",
        do: "correct it, or take it out",
        fix: null,
      }),
    ),
    ...problems.map(
      ({ file, what, isFatal }): Finding => ({
        id: "DR081",
        area: AREA,
        team,
        severity: isFatal ? "error" : "note",
        what: `${team}: ${file}: ${what}`,
        details: [],
        why: isFatal
          ? "no agent starts past an organisation's hooks that cannot be read"
          : "that part of the file does nothing",
        do: isFatal ? "tell whoever looks after that file" : "correct it",
        fix: null,
      }),
    ),
  ];
}
