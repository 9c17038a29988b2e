import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { configure, folderOf, logOf, ready, send } from "../support/connector-team.ts";
import { hostile } from "../support/mcp-servers.ts";
import { memberProcess } from "../support/member-process.ts";
import { memberTeam } from "../support/member-team.ts";
import { until } from "../support/until.ts";

const SECRET = "s3cret-of-the-tracker-0815";

function filesWith(folder: string, text: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => readFileSync(path).includes(text));
}

test("L5, L6 what a server tells of its own secrets is in no file of the agent, and not what its model reads", async () => {
  const members = await memberTeam(
    `
  ada:
    - text: /do it/
      call: [{ tool: mcp__leaky__do_it, input: {} }]
      next:
        - say: Done.
`,
    { ada: {} },
  );
  await configure(members, { leaky: { ...hostile("leaky"), env: { TOKEN: SECRET } } });
  await memberProcess(members, "ada");
  await ready(members, "leaky");

  await send(members, "Please do it.");

  await until(() => members.asked() === 2, { within: 20_000, what: "it has read the result" });
  const folder = folderOf(members);
  expect(readFileSync(logOf(members, "leaky"), "utf8")).toContain("using ‹key› now\n");
  const spilled = readdirSync(join(folder, "output"));
  expect(spilled).toHaveLength(1);
  expect(readFileSync(join(folder, "output", spilled[0] ?? ""), "utf8")).toMatch(/word ‹key›$/);
  expect(filesWith(folder, SECRET)).toEqual([]);
  expect(JSON.stringify(members.model.requests())).not.toContain(SECRET);
});
