import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { AgentList } from "../../src/cli/output.ts";
import { cliDesk } from "../support/cli-process.ts";
import { until } from "../support/until.ts";

const SCRIPT = `agents:
  lead: [{ say: Nothing to do. }]
  ada:
    - text: /claimed task/
      call: [{ tool: ReportDone, input: { text: made by hand } }]
      next: [{ say: Done. }]
    - { text: /./, say: Hello., times: any }
`;
const TEAM = {
  name: "hello",
  goal: "Wait.",
  members: [{ name: "lead" }, { name: "bob" }],
};

async function desk() {
  const one = await cliDesk(SCRIPT);
  one.write(".claude/team.json", JSON.stringify(TEAM));
  const list = async () => {
    const { stdout } = await one.troupe(["agent", "list", "--json"]);
    const all = AgentList.parse(JSON.parse(stdout));
    return (name: string) => all.find((member) => member.name === name);
  };
  const state = (name: string, wanted: string) =>
    until(
      async () => {
        const member = (await list())(name);
        return member?.state === wanted && member.pid !== null ? member : undefined;
      },
      { within: 20_000, what: `${name} is ${wanted}` },
    );
  return { ...one, list, state };
}

test("a member that joined by hand and runs in a shell is one of the team: it works, is not started twice, and ends with down", async () => {
  const { troupe, start, state, list } = await desk();
  expect(await troupe(["up", "--detach"])).toMatchObject({ exit: 0 });
  expect(await troupe(["join", "ada"])).toMatchObject({ exit: 0 });

  const shell = start(["agent", "run", "ada"]);
  const { pid } = await state("ada", "idle");
  expect(pid).not.toBe(shell.child.pid);
  expect(await troupe(["agent", "run", "ada"])).toMatchObject({ exit: 5 });
  await troupe(["task", "add", "Make it", "--assign", "ada"]);
  await until(async () => (await troupe(["task", "show", "1"])).stdout.includes("made by hand"), {
    within: 15_000,
  });
  expect((await list())("ada")).toMatchObject({ backend: "hand", pid, restarts: 0 });

  expect(await troupe(["down"])).toMatchObject({ exit: 0 });
  expect(await shell.ended).toBe(0);
  expect((await list())("ada")).toMatchObject({ pid: null });
}, 90_000);

test("who runs in a shell and dies is not started again when it joined by hand, and is when troupe starts it otherwise", async () => {
  const { troupe, start, state, list, config } = await desk();
  expect(await troupe(["create", "hello"])).toMatchObject({ exit: 0 });
  expect(await troupe(["agent", "spawn", "bob"])).toMatchObject({ exit: 0 });
  expect(await troupe(["join", "ada"])).toMatchObject({ exit: 0 });
  const shells = [start(["agent", "run", "ada"]), start(["agent", "run", "bob"])];
  const ada = await state("ada", "idle");
  const bob = await state("bob", "idle");

  expect(await troupe(["resume"])).toMatchObject({ exit: 0 });
  expect((await list())("bob")).toMatchObject({ pid: bob.pid, restarts: 0 });
  for (const { pid } of [ada, bob]) process.kill(pid ?? 0, "SIGKILL");
  const again = await until(
    async () => {
      const found = (await list())("bob");
      return found?.restarts === 1 && found.state === "idle" ? found : undefined;
    },
    { within: 20_000, what: "bob is started again" },
  );

  expect(again.pid).not.toBe(bob.pid);
  expect(await Promise.all(shells.map(({ ended }) => ended))).toEqual([137, 137]);
  expect((await list())("ada")).toMatchObject({ pid: null, restarts: 0 });
  expect(readFileSync(`${config}/teams/hello/supervisor/output.log`, "utf8")).not.toContain("ada: started");
  expect(await troupe(["down"])).toMatchObject({ exit: 0 });
}, 90_000);
