import { basename, dirname } from "node:path";
import type { z } from "zod";
import { TroupeError } from "../base/errors.ts";
import type { Host } from "../base/host.ts";
import { PermissionMode } from "../protocol/permissions.ts";
import type { TeamFile } from "../protocol/team-file.ts";
import { readSettings } from "../runtime/settings.ts";
import { mergedSettings } from "../runtime/settings-merge.ts";
import type { TeamPlan } from "../runtime/team-plan.ts";
import { agreeTo, openTrust, pinFolder } from "../runtime/trust.ts";
import { namedItems, type Runnable, teamItems } from "../runtime/trust-items.ts";
import { whatRuns } from "../runtime/trust-runs.ts";

/**
 * A team file that came with a repository must not have its commands run, its servers started or its members left unasked
 * before somebody has seen that. Throws `untrusted`.
 */
export async function refuseStranger(host: Host, path: string, plan: TeamPlan): Promise<void> {
  const items = await itemsOf(host, path, plan);
  if (items.length === 0) return;
  const folder = projectOf(path);
  const { agreed, covers } = await openTrust(host);
  const fresh = items.filter(({ pin }) => !agreed(folder, [pin]));
  if (fresh.length === 0) return;
  const why = covers(folder) ? "they are not what you agreed to" : "its folder is not trusted";
  throw new TroupeError("untrusted", `${path} has what needs your yes (${namedItems(fresh)}), and ${why}`, {
    hint: `troupe trust ${folder}, which shows them first`,
    details: { path },
  });
}

/** The folder that `.claude/team.json` speaks for, or that any other team file lies in. */
function projectOf(path: string): string {
  const folder = dirname(path);
  return basename(folder) === ".claude" ? dirname(folder) : folder;
}

/** A person had this file written. */
export async function agreeToFile(
  host: Host,
  path: string,
  { members = [], tasks = [], ...team }: z.input<typeof TeamFile>,
): Promise<void> {
  const items = teamItems(path, { ...team, members, tasks }, "default");
  if (items.length > 0) await agreeTo(host, projectOf(path), pinsOf(items));
}

/**
 * Pins what the files of these folders may do today, where the folder is trusted and nothing was pinned: by an older
 * version, or by Claude Code's own question. From then on a change asks.
 */
export async function pinTrusted(host: Host, dirs: readonly string[]): Promise<void> {
  for (const dir of new Set(dirs)) {
    const trust = await openTrust(host);
    if (!trust.covers(dir) || trust.isPinned(dir)) continue;
    const { runs, problems } = await whatRuns(host, dir);
    if (problems.length === 0) await pinFolder(host, dir, pinsOf(runs));
  }
}

function pinsOf(items: readonly Runnable[]): readonly string[] {
  return items.map(({ pin }) => pin);
}

/** What the file wants beyond what the user's own settings give everybody. */
async function itemsOf(host: Host, path: string, plan: TeamPlan): Promise<readonly Runnable[]> {
  const { settings, tasks, members } = plan;
  const { verify, mcpServers } = settings;
  const wishes = {
    verify,
    mcpServers,
    tasks,
    members: members.map(({ name, definition }) => ({ name, ...definition })),
  };
  const items = teamItems(path, wishes, "default");
  if (items.every(({ kind }) => kind !== "mode")) return items;
  const own = mergedSettings(await readSettings(host, { dir: plan.dir })).permissions?.defaultMode;
  return teamItems(path, wishes, PermissionMode.safeParse(own).data ?? "default");
}
