import type { Entry } from "../../../src/protocol/entries.ts";
import { Party } from "../../../src/protocol/names.ts";
import type { Store } from "../../../src/store/store.ts";
import { openJournalReader } from "../../../src/team/journal-reader.ts";
import type { TeamState } from "../../../src/team/state.ts";
import { stateHash } from "../../../src/team/state-hash.ts";
import { createTask } from "../../../src/team/tasks.ts";
import { referee } from "../verify-referee.ts";
import { openFresh, refold } from "./come-late.ts";
import { type History, idsIn, type Told } from "./history.ts";
import { type Actor, isTrouble, PATHS, type Scenario } from "./scenario.ts";
import type { World } from "./world.ts";

interface Ended {
  readonly scenario: Scenario;
  readonly world: World;
  readonly history: History;
  readonly actors: readonly Actor[];
  readonly notes: readonly string[];
}

/**
 * Checks the invariants of a run that has ended: everything told, every fold, everything left. Then each survivor does
 * one thing more, and all must agree again.
 */
export async function verifyRun(ended: Ended): Promise<{ broken: string | undefined; outcome: string }> {
  const { world, notes, history } = ended;
  const outcome = outcomeOf(world, notes, history);
  for (const process of world.processes) process.isFree = true;
  const broken = await findBroken(ended);
  return { broken, outcome };
}

/** What came out: what the disk holds, and what the survivors know. */
function outcomeOf({ disk, processes }: World, notes: readonly string[], { told }: History): string {
  const lives = processes.map(({ isDead }) => !isDead);
  const files = disk.paths().map((path) => `${path} ${disk.content(path)?.toString("base64") ?? ""}`);
  const known = told
    .filter(({ process }) => lives[process])
    .map(({ process, log, id, answer }) => `${process} ${log} ${id} ${answer}`);
  const said = notes.filter((note) => lives[Number(note[0])]);
  return JSON.stringify([files, known.toSorted(), said.toSorted()]);
}

async function findBroken(ended: Ended): Promise<string | undefined> {
  const { scenario, world, history, actors, notes } = ended;
  const { plan, disk } = world;
  const failed = failure(ended) ?? history.broken();
  if (failed !== undefined) return failed;
  if (scenario.isDamaged) return scenario.check?.({ disk, notes, plan, actors, fresh: undefined });
  return (await oneThingMore(ended)) ?? history.broken() ?? whatStands(ended);
}

/** Everything against what somebody finds who comes at the end. */
async function whatStands(ended: Ended): Promise<string | undefined> {
  const { scenario, world, history, actors, notes } = ended;
  const { plan, disk } = world;
  const store = await openFresh(scenario, disk);
  const { state, accepted } = await refold(store);
  return (
    (await scenario.check?.({ disk, notes, plan, actors, fresh: state })) ??
    (await sameState(ended, state)) ??
    (await whatWasTold(history, store, accepted)) ??
    (await whatWasReceived(history, store)) ??
    rules(accepted) ??
    whole(ended, store)
  );
}

/** 9: only a fault of the disk may end a process, and then it is named. */
function failure({ world: { processes, plan }, scenario }: Ended): string | undefined {
  const failed = processes.find((process) => process.failure !== undefined && !process.isDead);
  if (!failed) return undefined;
  const isExpected = isTrouble(failed.failure) && (plan.faults.length > 0 || scenario.isDamaged);
  if (isExpected) return undefined;
  const { failure: error } = failed;
  return `invariant 9: process ${failed.index} ended with ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}

/** Nobody is stuck: each survivor makes a task, and hears that it did. */
async function oneThingMore({ actors, world, scenario }: Ended): Promise<string | undefined> {
  if (scenario.opensInside) return undefined;
  for (const { index, team } of actors) {
    if (world.processes[index]?.isDead) continue;
    try {
      const outcome = await createTask(team, "user", { subject: `One more of ${index}` });
      if (!outcome.ok) return `stuck: process ${index} cannot go on: ${JSON.stringify(outcome.reason)}`;
    } catch (error) {
      return `stuck: process ${index} cannot go on: ${String(error)}`;
    }
  }
  return undefined;
}

/** 4: at the end of the journal everybody has the same state, whoever starts there and from whatever. */
async function sameState({ actors, world, scenario }: Ended, state: TeamState): Promise<string | undefined> {
  const hash = stateHash(state);
  const { snapshot } = PATHS;
  // From the one that was there everybody has started.
  const isNewSnapshot = world.disk.trail(snapshot).inode?.number !== world.snapshot;
  if (isNewSnapshot) {
    const { fold, readOn } = await openJournalReader(await openFresh(scenario, world.disk));
    await readOn();
    if (stateHash(fold.state) !== hash) return "invariant 4: from the snapshot the state is another one";
  }
  for (const { index, team: own } of actors) {
    if (world.processes[index]?.isDead || scenario.opensInside) continue;
    if (stateHash(await own.readOn()) !== hash) return `invariant 4: process ${index} has another state`;
  }
  return undefined;
}

/** 1: what was kept counts, what was refused does not, and what failed is not there. */
async function whatWasTold(
  { told, received }: History,
  store: Store,
  accepted: readonly Entry[],
): Promise<string | undefined> {
  const journal = accepted.map(({ id }) => id);
  const mail = new Map<string, readonly string[]>();
  for (const each of told) {
    const { log } = each;
    if (log !== "journal" && !mail.has(log)) {
      // What was removed had been read: it is in its owner's hands.
      const given = received.filter((one) => one.log === log).flatMap(({ ids }) => ids);
      mail.set(log, [...given, ...(await idsIn(mailboxOf(store, log)))]);
    }
    const broken = contradiction(each, log === "journal" ? journal : (mail.get(log) ?? []));
    if (broken !== undefined) return broken;
  }
  return undefined;
}

function contradiction({ process, id, log, answer }: Told, ids: readonly string[]): string | undefined {
  const counts = ids.includes(id);
  if (answer === "kept" && !counts)
    return `invariant 1: process ${process} was told that ${id} is kept; it does not count in ${log}`;
  if ((answer === "refused" || answer === "failed") && counts)
    return `invariant 1: process ${process} was told that ${id} ${answer}; it counts in ${log}`;
  return undefined;
}

function mailboxOf(store: Store, log: string): ReturnType<Store["mailbox"]> {
  return store.mailbox(Party.parse(log.slice("mail/".length)));
}

/** 2 and 3: nothing that nobody sent, in the mailbox's order, nothing passed over, nothing twice. */
async function whatWasReceived({ received, told }: History, store: Store): Promise<string | undefined> {
  for (const { process, log, ids } of received) {
    const standing = await idsIn(mailboxOf(store, log));
    const sent = new Set(told.filter((each) => each.log === log).map(({ id }) => id));
    const forged = standing.find((id) => !sent.has(id) && !id.startsWith("founders."));
    if (forged !== undefined) return `invariant 2: ${log} holds ${forged}, which nobody sent`;
    // What was read may be gone with its segment: always the oldest.
    const still = ids.slice(
      Math.max(
        0,
        ids.findIndex((id) => standing.includes(id)),
      ),
    );
    const first = Math.max(0, standing.indexOf(still[0] ?? ""));
    const expected = standing.slice(first, first + still.length);
    if (ids.some((id) => standing.includes(id)) && still.join() !== expected.join())
      return `invariant 3: process ${process} was given ${ids.join()} of ${log}, which holds ${standing.join()}`;
  }
  return undefined;
}

/** 4, 5, 6: a second opinion on what was accepted. */
function rules(accepted: readonly Entry[]): string | undefined {
  const [found] = referee(accepted.map((entry) => ({ id: entry.id, line: entry })));
  return found && `invariant ${found.invariant}: ${found.what}`;
}

/** 7 and 8: torn lines and leftovers only of the dead, or of whoever was told of a short write. */
function whole({ world: { plan, disk } }: Ended, store: Store): string | undefined {
  const torn = store.torn().filter(({ why }) => why !== "behind_seal");
  const explained = plan.crashes.length + plan.faults.length;
  if (torn.length > explained)
    return `invariant 7: ${torn.length} torn lines, ${explained} explained: ${JSON.stringify(torn)}`;
  const paths = disk.paths();
  const broken = paths.find((path) => path.endsWith(".json") && !isJson(disk.content(path)));
  if (broken !== undefined) return `invariant 7: ${broken} does not parse`;
  const left = paths.find((path) => /\.tmp$|\.lock\/?$|\/\.(new|trash)-/.test(path));
  return left === undefined || plan.crashes.length > 0 ? undefined : `invariant 8: ${left} is left`;
}

function isJson(bytes: Buffer | undefined): boolean {
  try {
    JSON.parse(bytes?.toString() ?? "");
    return true;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}
