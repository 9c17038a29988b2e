import { mkdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { expect, test } from "vitest";
import type { Turn } from "../../../src/agent/loop-deps.ts";
import { MemberName, TaskId } from "../../../src/protocol/names.ts";
import { notesFile, teamPaths } from "../../../src/protocol/paths.ts";
import { openFreshSession } from "../../../src/runtime/fresh-session.ts";
import { claimTask, completeTask, createTask, releaseTask } from "../../../src/team/tasks.ts";
import type { Team } from "../../../src/team/team.ts";
import { memoryTeam } from "../../support/member-memory.ts";
import { memberRecord } from "../../support/member-records.ts";
import { tempFolder } from "../../support/temp-folder.ts";

const ada = MemberName.parse("ada");
const id = (number: number) => TaskId.parse(String(number));
const brief = () => Promise.resolve("THE BRIEF");
const redactor = { hide: (text: string) => text.replaceAll("s3cret", "[…]") };

/** Ada's sessions in a team with a folder on the disk. */
async function sessions(turns: readonly Turn[] = []) {
  const config = tempFolder();
  const { team: inMemory } = await memoryTeam(["ada"]);
  const team: Team = {
    ...inMemory,
    host: { ...inMemory.host, env: { ...inMemory.host.env, CLAUDE_CONFIG_DIR: config } },
  };
  const path = notesFile(teamPaths(config, team.name).agent(ada));
  mkdirSync(dirname(path), { recursive: true });
  const open = (before: readonly Turn[]) =>
    openFreshSession(
      {
        team,
        member: memberRecord("ada"),
        redactor,
        onTrouble: (error) => {
          throw error;
        },
      },
      before,
    );
  for (const subject of ["One", "Two", "Three"]) await createTask(team, "user", { subject });
  const claim = async (number: number): Promise<string> => {
    const claimed = await claimTask(team, ada, id(number));
    return `claim:${claimed.ok ? claimed.task.claim : ""}`;
  };
  return { team, path, open, claim, fresh: open(turns) };
}

const told = (...inputs: string[]): Turn => ({ message: { role: "user", content: "…" }, inputs });

test("a new conversation begins with a task that the present one was not told of", async () => {
  const { team, fresh, claim } = await sessions();
  const first = await claim(1);

  expect(await fresh.first([{ id: first, text: "You claimed #1" }], brief)).toBeUndefined();
  fresh.recorded(told(first));
  expect(await fresh.first([{ id: "bob.1", text: "A word" }], brief)).toBeUndefined();
  await completeTask(team, ada, id(1));
  expect(await fresh.first([{ id: "bob.2", text: "Thanks" }], brief)).toBeUndefined();

  const second = await claim(2);
  const turn = await fresh.first([{ id: second, text: "You claimed #2" }], brief);

  expect(turn).toMatchObject({ inputs: [second], replaces: { block: null, isAnswered: false } });
  expect(JSON.stringify(turn?.message)).toMatch(/"This is a new session.*THE BRIEF".*"You claimed #2"/);
});

test("which conversation it has to be follows from transcript and journal: a life that was killed before it was told of its claim begins anew", async () => {
  const { team, open, claim } = await sessions();
  const first = await claim(1);
  await completeTask(team, ada, id(1));
  const second = await claim(2);
  const restart = { id: "restart:x", text: "Your process was started again." };

  const later = open([told(first)]);
  const turn = await later.first([restart], brief);

  expect(turn?.inputs).toEqual(["restart:x", second]);
  const after = open([told(first), ...(turn === undefined ? [] : [turn])]);
  expect(await after.first([{ id: "restart:y", text: "Again." }], brief)).toBeUndefined();
});

test("a task that was given back at a stop goes on in its conversation", async () => {
  const { team, open, claim } = await sessions();
  const first = await claim(1);
  await releaseTask(team, ada, id(1), { why: "stopped" });
  const again = await claim(1);

  expect(await open([told(first)]).first([{ id: again, text: "You claimed #1" }], brief)).toBeUndefined();
});

test("notes are kept in a file, without secrets, and go along with the next task", async () => {
  const { team, path, fresh, claim } = await sessions();
  fresh.recorded(told(await claim(1)));
  await completeTask(team, ada, id(1));

  await fresh.notes.keep("Build with make; the key is s3cret.");
  const second = await claim(2);
  const turn = await fresh.first([{ id: second, text: "You claimed #2" }], brief);

  expect(readFileSync(path, "utf8")).toBe("Build with make; the key is […].\n");
  expect(JSON.stringify(turn)).toContain("Build with make");
});

test("a task that uses ten contexts without a word from anybody is not gone on with", async () => {
  const replaced: Turn = { ...told(), replaces: { block: null, isAnswered: false } };
  const nine = Array.from({ length: 9 }, () => replaced);
  const { open } = await sessions();

  expect(open(nine).notes.whyOver()).toBeUndefined();
  expect(open([...nine, told("owns:x.1:1"), replaced]).notes.whyOver()).toMatch(/10 times over/);
  expect(open([...nine, told("bob.1"), replaced]).notes.whyOver()).toBeUndefined();
});
