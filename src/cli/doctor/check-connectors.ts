import type { Host } from "../../base/host.ts";
import { type ConnectorSeat, type SeenConnector, seenConnectors } from "../../runtime/connector-view.ts";
import type { TriedConnector } from "../../runtime/try-connector.ts";
import { counted } from "../amounts.ts";
import type { Checked, Finding } from "./finding.ts";

const AREA = "connectors";

/**
 * The connectors of a team: those that its agents start are started once, asked for their tools and ended again. Inside
 * an agent none is: what an agent starts passes its gate.
 */
export async function checkConnectors(
  host: Host,
  team: string,
  seats: readonly ConnectorSeat[],
  signal: AbortSignal,
): Promise<Checked> {
  const { connectors } = await seenConnectors(host, seats);
  if (connectors.length === 0) return { facts: [], findings: [] };
  const startable = connectors.filter(({ off }) => off === undefined);
  const isAgent = (host.env["TROUPE_AGENT"] ?? "") !== "";
  const { tryConnector } = await import("../../runtime/try-connector.ts");
  const tried = await Promise.all(
    (isAgent ? [] : startable).map(async (seen) => [seen, await tryConnector(host, seen, signal)] as const),
  );
  const findings = [
    ...tried.flatMap(([seen, result]) => (result.ok ? [] : [silent(team, seen, result)])),
    ...connectors.flatMap((seen) => unset(team, seen)),
    ...connectors.flatMap((seen) => (seen.off === undefined ? [] : [unstarted(team, seen, seen.off)])),
  ];
  const answers = tried.flatMap(([{ name }, result]) =>
    result.ok ? [`${team}: ${name} answers, ${counted(result.tools.length, "tool")} (${result.ms} ms)`] : [],
  );
  const untried = isAgent
    ? [`${team}: ${counted(startable.length, "connector")}, not tried by an agent`]
    : [];
  return { facts: [...answers, ...untried], findings };
}

function silent(
  team: string,
  { name, reach }: SeenConnector,
  { why, said }: Extract<TriedConnector, { ok: false }>,
): Finding {
  return {
    id: "DR070",
    area: AREA,
    team,
    severity: "warning",
    what: `${team}: ${name} (${reach}) does not answer: ${why}`,
    details: said,
    why: "agents go on without its tools",
    do: `correct its entry; troupe mcp test ${name} --team ${team} tries it again`,
    fix: null,
  };
}

function unset(team: string, { name, missing, off: whyOff }: SeenConnector): readonly Finding[] {
  if (missing.length === 0 || whyOff !== undefined) return [];
  return [
    {
      id: "DR071",
      area: AREA,
      team,
      severity: "warning",
      what: `${team}: ${name} names ${missing.map((one) => `\${${one}}`).join(", ")}, which is not set`,
      details: [],
      why: "it is given the text as it is written",
      do: "set it where troupe up is typed, or write ${NAME:-default}",
      fix: null,
    },
  ];
}

function unstarted(team: string, { name }: SeenConnector, why: string): Finding {
  return {
    id: "DR072",
    area: AREA,
    team,
    severity: "note",
    what: `${team}: ${name} is configured and not started: ${why}`,
    details: [],
    why: "what a folder brings runs when it is trusted and approved",
    do: "nothing, or troupe mcp list",
    fix: null,
  };
}
