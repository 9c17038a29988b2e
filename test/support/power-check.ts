import { join } from "node:path";
import { TroupeError } from "../../src/base/errors.ts";
import type { Fs } from "../../src/base/files.ts";
import type { Host } from "../../src/base/host.ts";
import { Entry } from "../../src/protocol/entries.ts";
import type { Message } from "../../src/protocol/message.ts";
import { InstanceId, MemberName, type Party, type TeamName } from "../../src/protocol/names.ts";
import { type TeamPaths, teamPaths } from "../../src/protocol/paths.ts";
import { repairTeam } from "../../src/runtime/repair.ts";
import { takeLease } from "../../src/runtime/supervisor-lease.ts";
import { openTranscript } from "../../src/runtime/transcript.ts";
import { openFileStore } from "../../src/store/files/open-file-store.ts";
import { createTeamFolder, removeTeamFolder } from "../../src/store/files/team-folders.ts";
import type { Store } from "../../src/store/store.ts";
import { openFold } from "../../src/team/fold.ts";
import { messageText, openMailbox, sendMessage } from "../../src/team/mail.ts";
import { openTeam } from "../../src/team/open-team.ts";
import { stateHash } from "../../src/team/state-hash.ts";
import { claimTask, completeTask, createTask } from "../../src/team/tasks.ts";
import type { Team } from "../../src/team/team.ts";
import type { Call } from "./power-calls.ts";
import { type Cut, type CutLimits, cuts, type Image } from "./power-model.ts";
import { canonical, parseLine, type Written, writtenIn } from "./power-written.ts";
import { SimDisk } from "./sim-disk.ts";
import { readAll } from "./store-entries.ts";
import { testHost } from "./test-host.ts";

/** A recorded life of a team, and what to expect of it after a cut. */
export interface PowerCase {
  /** Everything recorded lies below; the disk has it before the first call. */
  readonly root: string;
  readonly configDir: string;
  readonly team: TeamName;
  readonly durability: "default" | "power";
  readonly calls: readonly Call[];
  /** Whoever has a mailbox; members have a transcript too. */
  readonly owners: readonly Party[];
  /** What each message says, by its id, where a test wants to know. */
  readonly texts?: ReadonlyMap<string, string>;
  /** The team is being removed: it may be gone. */
  readonly isRemoved?: boolean;
  /** A sync failed: what it failed over may be gone from the middle of a log. */
  readonly hasHoles?: boolean;
  /** What stands between the team and its store after the cut, to try known-bad ones. */
  readonly lie?: (store: Store, fs: Fs, paths: TeamPaths) => Store;
}

export interface PowerResult {
  readonly disks: number;
  /** Each with the cut point and the disk that show it; the first of each kind. */
  readonly violations: readonly string[];
  /** Disks on which the team opened. */
  readonly opened: number;
}

/** What a start found on a disk. */
interface Found {
  readonly violations: readonly string[];
  /** Undefined when there was no team to open. */
  readonly team: { readonly accepted: ReadonlySet<string>; readonly mail: ReadonlySet<string> } | undefined;
}

/** An hour passes before the machine is up again. */
const LATER_MS = 3_600_000;

/** Builds the disks that a cut anywhere in the calls may leave, starts the team on each and looks. */
export async function checkCuts(one: PowerCase, limits: CutLimits): Promise<PowerResult> {
  const written = writtenIn(one.calls);
  const known = new Map<string, Found>();
  const violations = new Map<string, string>();
  let disks = 0;
  let opened = 0;
  for (const cut of cuts(one.root, one.calls, limits)) {
    let found = known.get(cut.key);
    if (!found) {
      found = await startOn(one, written, cut);
      known.set(cut.key, found);
      disks++;
      if (found.team) opened++;
    }
    for (const what of [...found.violations, ...missing(one, cut, found)]) {
      const kind = what.replaceAll(/[\w-]+\.\d+|\d+/g, "N");
      if (!violations.has(kind)) violations.set(kind, `${what}\n  ${describe(cut, one.calls)}`);
    }
  }
  return { disks, opened, violations: [...violations.values()] };
}

function describe({ after, image }: Cut, calls: readonly Call[]): string {
  const call = calls[after - 1];
  const last = call
    ? JSON.stringify(call, (key, value: unknown) => (key === "bytes" ? undefined : value))
    : "nothing";
  const files = [...image].map(([path, bytes]) => `${path}${bytes === null ? "/" : ` ${bytes.length}`}`);
  return `cut behind call ${after}, ${last}; on the disk:\n    ${files.join("\n    ")}`;
}

/** `durability: "power"`: nothing that was answered is missing, and what was accepted still is. */
function missing(one: PowerCase, { acked }: Cut, { team, violations }: Found): string[] {
  // Worse was found already.
  if (!team && violations.length > 0) return [];
  if (one.durability !== "power") return [];
  if (one.isRemoved && acked.includes("removed")) return team ? ["a removed team is back"] : [];
  if (!team) return acked.includes("team") && !one.isRemoved ? ["an acknowledged team is gone"] : [];
  return acked.flatMap((ack) => {
    const [word, id = ""] = ack.split(" ");
    if (word === "entry" && !team.accepted.has(id))
      return [`acknowledged entry ${id} does not count any more`];
    if (word === "mail" && !team.mail.has(id)) return [`acknowledged message ${id} is not delivered`];
    return [];
  });
}

function diskOf(root: string, image: Image): SimDisk {
  const disk = new SimDisk();
  disk.now.mkdir(root);
  for (const [path, bytes] of image) {
    if (bytes === null) disk.now.mkdir(path);
    else disk.put(path, bytes);
  }
  return disk;
}

function hostOf(name: string): Host {
  const host = testHost(name);
  return { ...host, now: () => host.now() + LATER_MS };
}

/** Opens the team as a start does. Undefined when there is none, as its error says. */
async function open(one: PowerCase, disk: SimDisk, name: string, lie = one.lie): Promise<Team> {
  const paths = teamPaths(one.configDir, one.team);
  const store = await openFileStore(disk.fs(), paths, { durability: one.durability, network: false });
  return openTeam(lie ? lie(store, disk.fs(), paths) : store, hostOf(name), InstanceId.parse(name));
}

async function startOn(one: PowerCase, written: Written, { image, key }: Cut): Promise<Found> {
  const disk = diskOf(one.root, image);
  const { journal } = teamPaths(one.configDir, one.team);
  const first = image.get(join(journal, "1.jsonl"));
  const stands =
    first !== null && first?.subarray(0, written.firstLine.length).equals(written.firstLine) === true;
  let team: Team;
  try {
    team = await open(one, disk, "afterone");
  } catch (error) {
    if (!(error instanceof TroupeError)) throw error;
    if (stands)
      return { violations: [`the team stands and does not open: ${error.message}`], team: undefined };
    return { violations: await wayOut(one, disk, error, written), team: undefined };
  }
  if (!stands) return { violations: ["a team opens whose first entry is torn"], team: undefined };
  try {
    const found = await look(one, written, { disk, team, image });
    // On a quarter of the disks: the process table is looked through each time.
    const more = key < "4" ? await startAgain(one, disk) : [];
    return { ...found, violations: [...found.violations, ...more] };
  } catch (error) {
    if (!(error instanceof TroupeError)) throw error;
    return { violations: [`after the start: ${error.code}: ${error.message}`], team: undefined };
  }
}

/** A team that is lost says so by name, and can be removed and made again. */
async function wayOut(
  one: PowerCase,
  disk: SimDisk,
  error: TroupeError,
  { firstLine }: Written,
): Promise<string[]> {
  if (error.code !== "team_not_found" && error.code !== "journal_damaged")
    return [`a lost team is reported as ${error.code}: ${error.message}`];
  const fs = disk.fs();
  const { root } = teamPaths(one.configDir, one.team);
  if (disk.now.stat(root)) await removeTeamFolder(fs, one.configDir, one.team);
  const instance = InstanceId.parse("afternew");
  const first = { ...parseLine(firstLine.toString()), id: `${instance}.1`, instance };
  await createTeamFolder(fs, one.configDir, one.team, Entry.parse(first));
  await (await open(one, disk, instance)).close();
  return [];
}

interface Started {
  readonly disk: SimDisk;
  readonly team: Team;
  readonly image: Image;
}

async function look(one: PowerCase, written: Written, { disk, team, image }: Started): Promise<Found> {
  const violations: string[] = [];
  await lead(team);
  await repairTeam(one.configDir, team, disk.fs());
  const { root } = teamPaths(one.configDir, one.team);
  const left = disk.paths(root).filter((path) => path.endsWith(".tmp"));
  if (left.length > 0) violations.push(`repair leaves ${left.join(", ")}`);

  const { entries, accepted } = await folded(team);
  violations.push(
    ...believed(one, written, "journal", entries),
    ...(await sameFold(team, "after the start")),
  );

  const mail = new Set<string>();
  for (const owner of one.owners) {
    const { ids, wrong } = await mailOf(one, written, { disk, team, image }, owner);
    for (const id of ids) mail.add(id);
    violations.push(...wrong);
  }
  violations.push(...(await newWork(team)), ...(await sameFold(team, "after new work")));
  await team.close();
  return { violations, team: { accepted, mail } };
}

/** Nothing is left to do for a second start. */
async function startAgain(one: PowerCase, disk: SimDisk): Promise<string[]> {
  const again = await open(one, disk, "aftertwo");
  const lines = await repairTeam(one.configDir, again, disk.fs());
  const differs = await sameFold(again, "after a second start");
  await again.close();
  return lines.length > 0 ? [`a second repair finds: ${lines.join("; ")}`, ...differs] : differs;
}

/**
 * As a supervisor begins. An old lease whose newline alone is missing becomes whole by the next append, ours: then the
 * first try is refused, and the second finds its holder dead.
 */
async function lead(team: Team): Promise<void> {
  const instance = InstanceId.parse("afterone");
  try {
    await takeLease(team, instance);
  } catch (error) {
    if (!(error instanceof TroupeError) || error.code !== "already_running") throw error;
    await takeLease(team, instance);
  }
}

/** Nothing is believed that nobody wrote, and what stands is the beginning of what was written. */
function believed(
  one: PowerCase,
  { lines, order }: Written,
  log: string,
  entries: readonly (Entry | Message)[],
): string[] {
  const violations: string[] = [];
  const old = [...new Set(entries.map(({ id }) => id))].filter((id) => !id.startsWith("after"));
  for (const entry of entries) {
    if (entry.id.startsWith("after")) continue;
    if (lines.get(entry.id) !== canonical(entry))
      violations.push(`${log}: ${entry.id} is not what was written`);
  }
  const expected = order.get(log) ?? [];
  const from = Math.max(0, expected.indexOf(old[0] ?? ""));
  // A mailbox may begin later: what was read is removed.
  const beginning = expected.slice(from, from + old.length);
  if (log === "journal" && from > 0) violations.push("journal: its beginning is missing");
  if (!one.hasHoles && old.join() !== beginning.join())
    violations.push(`${log}: stands with a gap: ${old.join()} of ${expected.join()}`);
  return violations;
}

/** The whole journal, folded from its first entry. */
async function folded(team: Team): Promise<{
  readonly entries: readonly Entry[];
  readonly accepted: ReadonlySet<string>;
  readonly hash: string;
}> {
  const { entries } = await readAll(team.store.journal);
  const fold = openFold();
  const accepted = entries.filter((entry) => fold.add(entry)?.ok).map(({ id }) => id);
  return { entries, accepted: new Set(accepted), hash: stateHash(fold.state) };
}

/** Who started from the snapshot has the state of who starts from the first entry. */
async function sameFold(team: Team, when: string): Promise<string[]> {
  const hash = stateHash(await team.readOn());
  const whole = await folded(team);
  return hash === whole.hash
    ? []
    : [`${when} a start from the snapshot differs from one from the first entry`];
}

/** Reads a mailbox as its owner does: what is in the transcript was delivered, the rest comes now. */
async function mailOf(
  one: PowerCase,
  written: Written,
  { team }: Started,
  owner: Party,
): Promise<{ readonly ids: ReadonlySet<string>; readonly wrong: readonly string[] }> {
  const wrong: string[] = [];
  const member = MemberName.safeParse(owner);
  const seen =
    owner === "user" || !member.success
      ? new Set<never>()
      : (await openTranscript(team, member.data)).seenMail;
  const log = team.store.mailbox(owner);
  const before = (await readAll(log)).entries;
  wrong.push(...believed(one, written, `mail/${owner}`, before));
  const mailbox = await openMailbox(team, owner, seen);
  const sent = await sendMessage(team, "user", {
    to: [owner === "user" ? "lead" : owner],
    text: "after the cut",
  });
  const taken: Message[] = [];
  for (let more = await mailbox.take(); more.length > 0; more = await mailbox.take()) taken.push(...more);
  const fresh = sent.ok ? sent.messages[0] : undefined;
  // Who has not joined yet cannot be written to.
  if (owner !== "user" && fresh && !taken.some(({ id }) => id === fresh.id))
    wrong.push(`new mail to ${owner} is not seen`);
  for (const message of taken) {
    const text = one.texts?.get(message.id);
    if (text !== undefined && (await messageText(team, message)) !== text && one.durability === "power")
      wrong.push(`message ${message.id} has lost its text`);
  }
  const last = taken.at(-1);
  if (last) await mailbox.read(last);
  return { ids: new Set([...seen, ...taken.map(({ id }) => id)]), wrong };
}

/** The team goes on: a task is made, claimed and completed. */
async function newWork(team: Team): Promise<string[]> {
  const made = await createTask(team, "user", { subject: "after the cut" });
  if (!made.ok) return [`no new task: ${made.reason.kind}`];
  const by = [...team.state().members.values()][0]?.name;
  if (!by) return [];
  const claimed = await claimTask(team, by, made.task.id);
  if (!claimed.ok) return [`the new task cannot be claimed: ${claimed.reason.kind}`];
  const done = await completeTask(team, by, made.task.id);
  return done.ok ? [] : [`the new task cannot be completed: ${done.reason.kind}`];
}
