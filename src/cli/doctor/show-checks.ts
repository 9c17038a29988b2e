import type { Context } from "../command.ts";
import { styled } from "../piece.ts";
import { readVersion } from "../version.ts";
import type { Area, Checked, Finding } from "./finding.ts";

export type CheckedArea = readonly [Area, Checked];

/** Shows what the checks found, as text or with --json as an object. */
export function showChecks(
  context: Context,
  areas: readonly CheckedArea[],
  findings: readonly Finding[],
): void {
  if (context.flags.json) showJson(context, areas, findings);
  else show(context, areas, findings);
}

function show({ screen }: Context, areas: readonly CheckedArea[], findings: readonly Finding[]): void {
  for (const [area, { facts }] of areas)
    for (const fact of facts) screen.line(styled("dim", area.padEnd(13)), fact);
  for (const finding of findings) {
    screen.line("");
    screen.line(styled("yellow", finding.id), `  ${finding.what}`);
    screen.line(`       why: ${finding.why}`);
    screen.line(`       do:  ${finding.do}`);
  }
  screen.line("");
  screen.line(findings.length === 0 ? styled("green", "nothing found") : `${findings.length} found`);
}

/** Made for bug reports: the home folder is nobody's business. */
function showJson(
  { screen, host }: Context,
  areas: readonly CheckedArea[],
  findings: readonly Finding[],
): void {
  const hide = (text: string): string => (host.home.length > 1 ? text.replaceAll(host.home, "~") : text);
  screen.json("DoctorOutput", {
    version: readVersion(),
    facts: areas.flatMap(([area, { facts }]) => facts.map((text) => ({ area, text: hide(text) }))),
    findings: findings.map((finding) => ({
      ...finding,
      what: hide(finding.what),
      why: hide(finding.why),
      do: hide(finding.do),
    })),
  });
}
