/** A module of the build, loaded when a workload needs it, so that the baselines run without one. */
export const built = (path) => import(new URL(`../../dist/${path}`, import.meta.url).href);

export const memberName = (index) => `m${index + 1}`;
/** Whom P2's senders write to; no process lives its life. */
export const RECEIVER = "receiver";

async function host() {
  const { openHost } = await prepareToOpen();
  return openHost(new URL("../../bin/troupe.js", import.meta.url).pathname, process.cwd(), process.env);
}

/** Loads what opening a team needs, so that opening it can be measured alone. */
export async function prepareToOpen() {
  const modules = await Promise.all(
    ["base/host", "base/node-files", "store/files/open-file-store", "team/open-team", "protocol/paths"].map(
      (path) => built(`${path}.js`),
    ),
  );
  return Object.assign({}, ...modules);
}

/** Opens the team `bench` below `configDir`, as each process of a team does. */
export async function openBenchTeam(configDir) {
  const { nodeFiles, openFileStore, openTeam, teamPaths } = await prepareToOpen();
  const store = await openFileStore(nodeFiles(), teamPaths(configDir, "bench"), {
    durability: "default",
  });
  const here = await host();
  return openTeam(store, here, here.newId());
}

/**
 * A new team of `members` members and a receiver of mail, all of whom joined by hand unless `backend` is "child", and
 * `tasks` tasks of about 400 bytes, each tenth blocked. The first member leads when `lead` is set.
 */
export async function createBenchTeam(
  configDir,
  tasks,
  { members = 16, backend = "hand", lead = false, definition = {} } = {},
) {
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
  for (let index = 0; index < members; index++) {
    const fields = { name: memberName(index), lead: lead && index === 0, backend, definition };
    must(await joinMember(team, "user", fields));
  }
  must(await joinMember(team, "user", { name: RECEIVER, lead: false, backend: "hand", definition: {} }));
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

/** The conversation of a member, `bytes` of JSON long: calls of Read and their results, the last word the model's. */
export async function seedTranscript(configDir, name, bytes) {
  const { openTranscript } = await built("runtime/transcript.js");
  const team = await openBenchTeam(configDir);
  const { record } = await openTranscript(team, name);
  const say = (role, content) => record({ message: { role, content: [content] }, inputs: [] });
  await say("user", { type: "text", text: "Read what is there." });
  const each = Math.min(4_000, Math.floor(bytes / 4));
  for (let count = 0; count * each < bytes; count++) {
    const id = `toolu_old_${count}`;
    await say("assistant", {
      type: "tool_use",
      id,
      name: "Read",
      input: { file_path: `src/file-${count}.ts` },
    });
    await say("user", { type: "tool_result", tool_use_id: id, content: sourceText(each) });
  }
  await say("assistant", { type: "text", text: "Read." });
  await team.close();
}

/** As text of programs is: short lines, quotes, so that JSON has something to escape. */
function sourceText(length) {
  const line = '  if (state.kind === "open") return next(state, "a word");\n';
  return line.repeat(Math.ceil(length / line.length)).slice(0, length);
}

export function must(outcome) {
  if (!outcome.ok) throw new Error(`refused: ${JSON.stringify(outcome.reason)}`);
  return outcome;
}
