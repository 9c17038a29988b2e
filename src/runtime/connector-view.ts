import { matchesText, textGlob } from "../agent/gate/text-glob.ts";
import type { Host } from "../base/host.ts";
import { toolPrefix } from "../mcp/remote-tool.ts";
import { serverConfig } from "../mcp/server-config.ts";
import type { MemberDefinition, TeamSettings } from "../protocol/entries.ts";
import type { McpServer } from "../protocol/mcp-servers.ts";
import type { MemberName } from "../protocol/names.ts";
import { type FoundConnector, findConnectors } from "./find-connectors.ts";
import { given } from "./given.ts";
import type { SettingsInForce } from "./settings.ts";
import type { SettingsProblem } from "./settings-file.ts";
import { rulesOf } from "./settings-merge.ts";

/** Whose connectors are looked at: a member of a team, or whoever works in a folder. */
export interface ConnectorSeat {
  readonly member: MemberName | undefined;
  /** The working folder, absolute. */
  readonly dir: string;
  readonly team?: { readonly dir: string; readonly settings: TeamSettings };
  readonly definition?: MemberDefinition;
  /** What the team keeps of the member, absolute; undefined: there is no such place yet. */
  readonly folder: string | undefined;
}

/** What the settings say of tools, in the words for connectors: a tool that is denied is not there. */
export interface ToolRule {
  readonly behavior: "allow" | "ask" | "block";
  readonly tools: string;
  readonly file: string;
}

/** A server as people see it. Nothing in it is a secret: no argument, no value, no path of an address. */
export interface SeenConnector extends FoundConnector {
  /** Who has it; [] = no team. */
  readonly members: readonly MemberName[];
  /** `stdio: node`, `http: https://tracker.example`. */
  readonly reach: string;
  readonly rules: readonly ToolRule[];
  /** Variables that it names and nobody has set. */
  readonly missing: readonly string[];
  /** Where it is looked at from: that of the first who has it. */
  readonly seat: ConnectorSeat;
  readonly settings: SettingsInForce;
}

export interface SeenConnectors {
  readonly connectors: readonly SeenConnector[];
  readonly problems: readonly SettingsProblem[];
}

/** The servers of all seats, as the members' processes would find them; one that several have once. */
export async function seenConnectors(
  host: Host,
  seats: readonly ConnectorSeat[],
  managedFolder?: string,
): Promise<SeenConnectors> {
  const seen = new Map<string, SeenConnector>();
  const problems = new Map<string, SettingsProblem>();
  for (const seat of seats) {
    const { dir, team, definition, member } = seat;
    const found = await findConnectors(host, { dir, ...given({ team, definition, managedFolder }) });
    for (const problem of found.problems) problems.set(JSON.stringify(problem), problem);
    for (const one of found.connectors) {
      const key = JSON.stringify([one, dir]);
      const others = seen.get(key);
      const members = [...(others?.members ?? []), ...(member === undefined ? [] : [member])];
      seen.set(
        key,
        others ? { ...others, members } : seenAs(one, { host, seat, members, settings: found.settings }),
      );
    }
  }
  return { connectors: [...seen.values()], problems: [...problems.values()] };
}

function seenAs(
  found: FoundConnector,
  around: Pick<SeenConnector, "members" | "seat" | "settings"> & { readonly host: Host },
): SeenConnector {
  const { host, ...rest } = around;
  return {
    ...found,
    ...rest,
    reach: reachOf(found.entry),
    rules: rulesAbout(around.settings, found.name),
    missing: serverConfig(found.name, found.entry, host.env).missing,
  };
}

function reachOf({ type, command, url = "" }: McpServer): string {
  if (command !== undefined) return `stdio: ${command}`;
  const address = URL.canParse(url) ? new URL(url).origin : "its address has variables";
  return `${type === "sse" ? "sse" : "http"}: ${url === "" ? "no address" : address}`;
}

function rulesAbout(settings: SettingsInForce, name: string): readonly ToolRule[] {
  const prefix = toolPrefix(name);
  const whole = prefix.slice(0, -2);
  return rulesOf(settings).flatMap(({ text, behavior, source }) => {
    const tools = text.replace(/\(.*$/s, "");
    const [, server = ""] = /^mcp__(.*?)(?:__|$)/.exec(tools) ?? [];
    const isAbout =
      tools === whole ||
      tools.startsWith(prefix) ||
      (server.includes("*") && matchesText(textGlob(`mcp__${server}`), whole));
    if (!isAbout) return [];
    return [{ behavior: behavior === "deny" ? "block" : behavior, tools: text, file: source.file }];
  });
}
