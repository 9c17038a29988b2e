import type { Host } from "../../base/host.ts";
import { placed } from "../../plugins/diagnostic.ts";
import { agentsOf } from "../../runtime/subagent-folders.ts";
import { counted } from "../amounts.ts";
import type { Checked, Finding } from "./finding.ts";

/** What is wrong with definitions of agents that count in this folder: a broken one cannot be used, an odd one is used in part. */
export async function checkDefinitions(host: Host): Promise<Checked> {
  const { agents, broken, diagnostics } = await agentsOf(host, host.cwd);
  const findings: Finding[] = [];
  const shared = { area: "program", team: null, fix: null } as const;
  if (broken.length > 0)
    findings.push({
      ...shared,
      id: "DR002",
      severity: "warning",
      what: `${counted(broken.length, "definition")} of agents cannot be used`,
      details: broken.map(({ why }) => placed(why)),
      why: "no subagent of that name runs, and no member with that role joins",
      do: "mend the file at that line",
    });
  if (diagnostics.length > 0)
    findings.push({
      ...shared,
      id: "DR003",
      severity: "note",
      what: `${counted(diagnostics.length, "odd place")} in definitions of agents`,
      details: diagnostics.map(placed),
      why: "what is not understood there has no effect",
      do: "look at the file at that line",
    });
  const own = agents.filter(({ scope }) => scope !== "built-in");
  return { facts: own.length === 0 ? [] : [`${counted(own.length, "definition")} of agents`], findings };
}
