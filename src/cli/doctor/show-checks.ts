import { cellWidth } from "../cell-width.ts";
import type { Context } from "../command.ts";
import { type Style, styled } from "../piece.ts";
import { readVersion } from "../version.ts";
import { wrapped } from "../wrapped.ts";
import type { Area, Checked, Finding, RepairLine } from "./finding.ts";

export type CheckedArea = readonly [Area, Checked];

/** Details that are shown; all of them are in the JSON. */
const SHOWN_DETAILS = 5;
const AREA_COLUMNS = 14;
const WORD_COLUMNS = 12;

const STYLES: Readonly<Record<Finding["severity"], Style>> = { note: "dim", warning: "yellow", error: "red" };

/** Shows what the checks found and what was done about it, as text or with --json as an object. */
export function showChecks(context: Context, areas: readonly CheckedArea[], fixing: boolean): void {
  if (context.flags.json) showJson(context, areas, fixing);
  else show(context, areas, fixing);
}

/** Nothing is left to do: notes are to know only, and what was repaired is no more. */
export function isClean(areas: readonly CheckedArea[], fixing: boolean): boolean {
  return leftOf(areas, fixing).length === 0;
}

function leftOf(areas: readonly CheckedArea[], fixing: boolean): readonly Finding[] {
  return areas.flatMap(([, { findings, repairs = [] }]) => {
    const undone = repairs.filter(({ done }) => !done).map(({ id }) => id);
    return findings.filter(
      ({ severity, fix, id }) => severity !== "note" && !(fixing && fix !== null && !undone.includes(id)),
    );
  });
}

function show(context: Context, areas: readonly CheckedArea[], fixing: boolean): void {
  const { screen } = context;
  let before: Area | undefined;
  for (const [area, { facts }] of areas)
    for (const fact of facts) {
      put(context, [area === before ? "" : area, AREA_COLUMNS], fact);
      before = area;
    }
  const repairs = areas.flatMap(([, checked]) => checked.repairs ?? []);
  const findings = areas.flatMap(([, checked]) => checked.findings);
  const told = fixing ? findings.filter(({ fix }) => fix === null) : findings;
  for (const finding of told) showFinding(context, finding);
  if (fixing) showRepairs(context, repairs);
  screen.line("");
  const left = leftOf(areas, fixing);
  if (left.length > 0) screen.line(styled("yellow", lastWord(left, repairs, fixing)));
  else
    screen.line(
      styled(
        "green",
        repairs.length > 0 ? `${repairs.length} repaired, nothing left to do` : "nothing to do",
      ),
    );
}

function lastWord(left: readonly Finding[], repairs: readonly RepairLine[], fixing: boolean): string {
  if (fixing) return `${repairs.filter(({ done }) => done).length} repaired, ${left.length} left`;
  const fixable = left.filter(({ fix }) => fix !== null).length;
  return `${left.length} found${fixable === 0 ? "" : `; troupe doctor --fix repairs ${fixable === left.length ? "all" : fixable} of them`}`;
}

function showFinding(context: Context, { id, severity, what, details, why, fix, ...finding }: Finding): void {
  const { screen } = context;
  screen.line("");
  put(context, [id, 7, STYLES[severity]], what);
  for (const detail of details.slice(0, SHOWN_DETAILS)) put(context, ["", WORD_COLUMNS], detail);
  if (details.length > SHOWN_DETAILS)
    put(context, ["", WORD_COLUMNS], `and ${details.length - SHOWN_DETAILS} more (--json)`);
  put(context, ["       why", WORD_COLUMNS], why);
  if (fix !== null) put(context, ["       fix", WORD_COLUMNS], fix);
  if (finding.do !== "nothing" && !(fix !== null && finding.do === "troupe doctor --fix"))
    put(context, ["       do", WORD_COLUMNS], finding.do);
}

function showRepairs(context: Context, repairs: readonly RepairLine[]): void {
  if (repairs.length > 0) context.screen.line("");
  for (const { id, done, text } of repairs)
    put(context, [`${id}  ${done ? "done" : "left"}`, 13, done ? "green" : "red"], text);
}

/** A word, the columns it has, and its style. */
type Label = readonly [word: string, columns: number, style?: Style];

/** A word in a column of its own and a text beside it, in as many lines as the screen's width takes. */
function put({ screen }: Context, [word, columns, style = "dim"]: Label, text: string): void {
  const room = screen.width === undefined ? Number.POSITIVE_INFINITY : Math.max(20, screen.width - columns);
  for (const [index, line] of wrapped(text, room).entries()) {
    const label = index === 0 ? word : "";
    screen.line(styled(style, label), " ".repeat(Math.max(1, columns - cellWidth(label))), line);
  }
}

/** Made for bug reports: the home folder is nobody's business. */
function showJson({ screen, host }: Context, areas: readonly CheckedArea[], fixing: boolean): void {
  const hide = (text: string): string => (host.home.length > 1 ? text.replaceAll(host.home, "~") : text);
  screen.json("DoctorOutput", {
    version: readVersion(),
    fixed: fixing,
    facts: areas.flatMap(([area, { facts }]) => facts.map((text) => ({ area, text: hide(text) }))),
    findings: areas.flatMap(([, { findings }]) =>
      findings.map(({ id, area, team, severity, what, details, why, fix, ...finding }) => ({
        id,
        area,
        team,
        severity,
        what: hide(what),
        details: details.map(hide),
        why: hide(why),
        do: hide(finding.do),
        fix,
      })),
    ),
    repairs: areas.flatMap(([, { repairs = [] }]) =>
      repairs.map((repair) => ({ ...repair, text: hide(repair.text) })),
    ),
  });
}
