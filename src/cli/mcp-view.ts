import type { z } from "zod";
import { TroupeError } from "../base/errors.ts";
import type { SeenConnector, SeenConnectors } from "../runtime/connector-view.ts";
import { placeOf } from "../runtime/settings-file.ts";
import type { TriedTool } from "../runtime/tried-tools.ts";
import type { TriedConnector } from "../runtime/try-connector.ts";
import { nearestNames } from "../team/derive.ts";
import { counted, tokensText } from "./amounts.ts";
import type { Context } from "./command.ts";
import type { McpServerOutput } from "./output.ts";
import { styled } from "./piece.ts";
import { table } from "./table.ts";

/** `mcp list`: where each server comes from and what becomes of it. */
export function showConnectors(context: Context, { connectors, problems }: SeenConnectors): number {
  const { flags, screen } = context;
  if (flags.json) screen.json("McpServerList", connectors.map(outputOf));
  else {
    const rows = connectors.map((one) => [
      styled("bold", one.name),
      one.off === undefined ? styled("green", "on") : styled("yellow", "off"),
      one.reach,
      wallText(one),
      one.members.join(", "),
      `${one.scope}: ${one.file}`,
    ]);
    if (rows.length > 0)
      for (const line of table(
        ["server", "state", "reached by", "sandbox", "agents", "stands in"],
        rows,
        screen.width,
      ))
        screen.line(...line);
    for (const one of connectors)
      for (const note of notesOf(one)) screen.line(styled("dim", `  ${one.name}: `), note);
    if (rows.length === 0) screen.say("no server is configured; next: docs/connectors.md");
  }
  for (const problem of problems) screen.say(styled("yellow", `${placeOf(problem)}: ${problem.what}`));
  return 0;
}

function outputOf(seen: SeenConnector): z.input<typeof McpServerOutput> {
  const { name, scope, file, entry, reach, off = null, confined, members, rules, missing } = seen;
  return {
    name,
    scope,
    file,
    reach,
    on: off === null,
    off,
    sandbox:
      confined === undefined
        ? null
        : { network: confined.network ?? null, allowWrite: confined.allowWrite ?? [] },
    agents: members,
    rules,
    variables: Object.keys(entry.env ?? {}),
    headers: Object.keys(entry.headers ?? {}),
    missing,
  };
}

function wallText({ entry, confined }: SeenConnector): string {
  if (entry.command === undefined) return "-";
  if (confined === undefined) return "no";
  const { network, allowWrite = [] } = confined;
  const words = [
    ...(network === true ? ["network"] : []),
    ...(allowWrite.length > 0 ? [`writes ${allowWrite.join(" ")}`] : []),
  ];
  return words.length === 0 ? "yes" : `yes, but ${words.join(", ")}`;
}

function notesOf({ off, rules, missing }: SeenConnector): readonly string[] {
  return [
    ...(off === undefined ? [] : [off]),
    ...missing.map((name) => `\${${name}} is not set`),
    ...rules.map(({ behavior, tools, file }) => `${behavior} ${tools} (${file})`),
  ];
}

/** The server of that name. Throws `mcp_not_found` with the nearest names; `untrusted` or `denied` for one that no member starts. */
export function startableConnector({ connectors }: SeenConnectors, name: string): SeenConnector {
  const [seen] = connectors
    .filter((one) => one.name === name)
    .toSorted((one, other) => rankOf(one) - rankOf(other));
  if (seen === undefined) {
    const names = connectors.map((one) => one.name);
    const [near] = nearestNames(name, names);
    throw new TroupeError("mcp_not_found", `no server named "${name}" is configured here`, {
      hint:
        near === undefined
          ? "all of them: troupe mcp list"
          : `did you mean ${near}? all of them: troupe mcp list`,
      details: { name, nearest: near ?? null },
    });
  }
  if (seen.off === undefined) return seen;
  const isTrust = seen.off.includes("is not trusted");
  throw new TroupeError(isTrust ? "untrusted" : "denied", `no agent starts ${name}: ${seen.off}`, {
    hint: isTrust ? `troupe trust ${seen.root ?? ""}` : "troupe mcp list",
    details: { name, off: seen.off },
  });
}

function rankOf({ off }: SeenConnector): number {
  return off === undefined ? 0 : 1;
}

/** `mcp test`. Throws `mcp_unreachable` when it could not be spoken with. */
export function showTried(context: Context, seen: SeenConnector, tried: TriedConnector): number {
  const { flags, screen } = context;
  const { name } = seen;
  const { said, ms } = tried;
  if (!tried.ok) {
    if (!flags.json) for (const line of said) screen.say(styled("dim", `${name} says: `), line);
    throw new TroupeError("mcp_unreachable", `${name} (${seen.reach}): ${tried.why}`, {
      hint: "correct its entry, then try again; where it stands: troupe mcp list",
      details: { name, said, ms },
    });
  }
  const { about, tools, problems, instructionTokens } = tried;
  const tokens = tools.reduce((sum, one) => sum + one.tokens, 0);
  if (flags.json) {
    const { reach, confined } = seen;
    const sandboxed = confined !== undefined;
    screen.json("McpTestOutput", {
      name,
      reach,
      sandboxed,
      server: about,
      ms,
      tokens,
      instructionTokens,
      tools,
      problems,
      said,
    });
    return 0;
  }
  screen.line(
    styled("bold", name),
    `  ${about.name} ${about.version}  `,
    styled("dim", `${seen.reach}; answered in ${ms} ms`),
  );
  screen.line(
    `${counted(tools.length, "tool")}, about ${tokensText(tokens)} tokens`,
    instructionTokens === 0 ? "" : `; instructions about ${tokensText(instructionTokens)}`,
  );
  const rows = tools.map(toolRow);
  if (rows.length > 0)
    for (const line of table(["tool", "tokens", "allowed before", "description"], rows, screen.width))
      screen.line(...line);
  for (const problem of problems) screen.say(styled("yellow", problem));
  return 0;
}

const PIN_WORDS = { new: "no", pinned: "yes", changed: "yes, but changed since" } as const;

function toolRow({ name, tokens, pin, description }: TriedTool) {
  const word = pin === null ? "-" : PIN_WORDS[pin];
  return [name, `~${tokens}`, pin === "changed" ? styled("yellow", word) : word, styled("dim", description)];
}
