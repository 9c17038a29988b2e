/** A module of the build, loaded when a workload needs it, so that the baselines run without one. */
export const built = (path) => import(new URL(`../../dist/${path}`, import.meta.url).href);

const MEMBERS = 17;
export const memberName = (index) => `m${index + 1}`;
/** Whom P2's senders write to; no process lives its life. */
export const RECEIVER = memberName(MEMBERS - 1);

async function host() {
  const { openHost } = await built("base/host.js");
  return openHost(new URL("../../bin/troupe.js", import.meta.url).pathname, process.cwd(), process.env);
}

/** Opens the team `bench` below `configDir`, as each process of a team does. */
export async function openBenchTeam(configDir) {
  const [{ nodeFiles }, { openFileStore }, { openTeam }, { teamPaths }] = await Promise.all(
    ["base/node-files", "store/files/open-file-store", "team/open-team", "protocol/paths"].map((path) =>
      built(`${path}.js`),
    ),
  );
  const store = await openFileStore(nodeFiles(), teamPaths(configDir, "bench"), {
    durability: "default",
  });
  const here = await host();
  return openTeam(store, here, here.newId());
}

/** A new team whose members joined by hand, and `tasks` tasks of about 400 bytes, each tenth blocked. */
export async function createBenchTeam(configDir, tasks) {
  const [{ nodeFiles }, { createTeamFolder }, { createTask }, { joinMember }] = await Promise.all(
    ["base/node-files", "store/files/team-folders", "team/tasks", "team/members"].map((path) =>
      built(`${path}.js`),
    ),
  );
  const instance = (await host()).newId();
  await createTeamFolder(nodeFiles(), configDir, "bench", {
    v: 1,
    op: "team",
    id: `${instance}.1`,
    at: new Date().toISOString(),
    by: "user",
    team: "bench",
    instance,
    dir: configDir,
    settings: {},
  });
  const team = await openBenchTeam(configDir);
  const fields = { lead: false, backend: "hand", definition: {} };
  for (let index = 0; index < MEMBERS; index++)
    must(await joinMember(team, "user", { name: memberName(index), ...fields }));
  for (const { subject, description, blockedBy } of benchTasks(tasks))
    must(await createTask(team, "user", { subject, description, blockedBy }));
  await team.close();
}

/** The same tasks for us and for the baseline: 400 bytes, each tenth waits for the one before it. */
export function benchTasks(count) {
  return Array.from({ length: count }, (_, index) => ({
    id: String(index + 1),
    subject: `Task ${index + 1}`,
    description: "x".repeat(330),
    status: "pending",
    blockedBy: index % 10 === 9 ? [String(index)] : [],
  }));
}

/** Puts `count` messages of 300 bytes into the mailbox that P2 sends to. */
export async function seedMailbox(configDir, count) {
  const { sendMessage } = await built("team/mail.js");
  const team = await openBenchTeam(configDir);
  for (let index = 0; index < count; index++)
    must(await sendMessage(team, "user", { to: [RECEIVER], text: "b".repeat(300) }));
  await team.close();
}

function must(outcome) {
  if (!outcome.ok) throw new Error(`refused: ${JSON.stringify(outcome.reason)}`);
  return outcome;
}
