import { statSync } from "node:fs";
import { TroupeError } from "../base/errors.ts";
import { placeOf } from "../runtime/settings-file.ts";
import { distrustFolder, isTrusted, openTrust, trustFolder } from "../runtime/trust.ts";
import type { Runnable } from "../runtime/trust-items.ts";
import { type FolderRuns, whatRuns } from "../runtime/trust-runs.ts";
import type { Context } from "./command.ts";
import { styled } from "./piece.ts";
import { aligned } from "./table.ts";

/** Shows what a folder's files may start or allow, asks, and records the yes. Throws `untrusted` without one. */
export async function addTrust(context: Context, folder: string, signal: AbortSignal): Promise<number> {
  const { host, flags, screen } = context;
  refuseMissing(folder);
  const found = await whatRuns(host, folder);
  refuseUnread(found);
  const runs = await judged(host, folder, found.runs);
  const isAgreed = (await isTrusted(host, folder)) && runs.every(({ agreed }) => agreed);
  if (!flags.json) showRuns(context, runs);
  if (!flags.yes && !isAgreed) await askYes(context, folder, signal);
  const changed = await trustFolder(
    host,
    folder,
    found.runs.map(({ pin }) => pin),
  );
  if (flags.json) screen.json("TrustOutput", { folder, trusted: true, changed, runs: runs.map(shownRun) });
  else screen.line(`${changed ? "trusted" : "was trusted already"}: ${folder}`);
  return 0;
}

export async function removeTrust({ host, flags, screen }: Context, folder: string): Promise<number> {
  const changed = await distrustFolder(host, folder);
  const trusted = await isTrusted(host, folder);
  if (flags.json) screen.json("TrustOutput", { folder, trusted, changed, runs: [] });
  else screen.line(`${changed ? "no longer trusted" : "was not recorded"}: ${folder}`);
  if (trusted)
    screen.say("it is still trusted: by a folder above it, or because you said yes to Claude Code there");
  return 0;
}

export async function showTrusted({ host, flags, screen }: Context): Promise<number> {
  const { folders, problems } = await openTrust(host);
  if (flags.json) screen.json("TrustList", folders);
  else for (const folder of folders) screen.line(folder);
  if (folders.length === 0) screen.say("no folder is trusted; next: troupe trust");
  for (const problem of problems) screen.say(styled("yellow", `${placeOf(problem)}: ${problem.what}`));
  return 0;
}

function refuseMissing(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true) return;
  throw new TroupeError("usage", `there is no folder ${folder}`);
}

/** Nobody can agree to what he is not shown. */
function refuseUnread({ problems }: FolderRuns): void {
  const [problem] = problems;
  if (problem === undefined) return;
  throw new TroupeError("bad_settings", `${placeOf(problem)} ${problem.what}`, {
    hint: "mend the file, then trust the folder; nothing was recorded",
  });
}

/** What may run, and whether it was agreed to before. */
type Judged = Runnable & { readonly agreed: boolean };

async function judged(
  host: Context["host"],
  folder: string,
  runs: readonly Runnable[],
): Promise<readonly Judged[]> {
  const { allows } = await openTrust(host);
  return runs.map((run) => ({ ...run, agreed: allows(folder, [run.pin]) }));
}

function shownRun({ kind, what, file, agreed }: Judged) {
  return { kind, what, file, agreed };
}

function showRuns({ screen }: Context, runs: readonly Judged[]): void {
  if (runs.length === 0) screen.say("its files start and allow nothing today");
  const isPartly = runs.some(({ agreed }) => agreed);
  const rows = runs.map(({ kind, what, file, agreed }) => [
    styled("bold", kind),
    isPartly && !agreed ? styled("yellow", `new: ${what}`) : what,
    styled("dim", file),
  ]);
  for (const line of aligned(rows)) screen.say(...line);
}

async function askYes({ io, flags, screen }: Context, folder: string, signal: AbortSignal): Promise<void> {
  const instead = `troupe trust ${folder} --yes`;
  const refused = (why: string): TroupeError =>
    new TroupeError("untrusted", `${folder} is not trusted: ${why}`, { hint: instead });
  if (flags.input && io.stdin.isTTY !== true) throw refused("nobody can be asked");
  const question = `may the files of ${folder} do this? more than this asks again [y/N]`;
  const [answer = ""] = await screen.ask([{ text: question }], instead, signal);
  if (!/^y(es)?$/i.test(answer.trim())) throw refused("you did not say yes");
}
