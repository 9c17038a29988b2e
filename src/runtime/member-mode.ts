import { narrower, type PermissionMode } from "../agent/gate/behavior.ts";
import type { Host } from "../base/host.ts";
import { type MemberName, sameName } from "../protocol/names.ts";
import { leadOf, memberNamed } from "../team/derive.ts";
import type { Team } from "../team/team.ts";
import { givenMode, modeOf } from "./plan-mode.ts";
import type { Rules } from "./rulebook.ts";

/**
 * The mode that counts for a member's calls: its own, or that of the settings when it was given none, and never wider
 * than the lead's unless a person gave it one while it runs. `isConfined`: its commands run in a sandbox.
 */
export function memberMode(team: Team, me: MemberName, rules: Rules, isConfined: boolean): PermissionMode {
  const own = modeOf(team, me, rules.mode);
  const state = team.state();
  const lead = leadOf(state);
  const isBound =
    lead !== undefined && !sameName(lead.name, me) && memberNamed(state, me)?.mode === undefined;
  const mode = isBound ? narrower(own, givenMode(lead) ?? rules.mode) : own;
  return mode === "bypassPermissions" && !mayBypass(team.host, rules, isConfined) ? "default" : mode;
}

/**
 * Not where the settings forbid it, and not as root outside of a sandbox. `IS_SANDBOX=1` says, as it does for Claude
 * Code, that the whole machine is one. Source: security.md §2.
 */
function mayBypass({ env }: Host, { settings }: Rules, isConfined: boolean): boolean {
  if (settings.permissions?.disableBypassPermissionsMode !== undefined) return false;
  return isConfined || env["IS_SANDBOX"] === "1" || process.getuid?.() !== 0;
}
