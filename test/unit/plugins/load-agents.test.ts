import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import type { AgentScope } from "../../../src/plugins/agent-definition.ts";
import { type AgentCatalog, findAgent, loadAgents } from "../../../src/plugins/load-agents.ts";
import { tempFolder } from "../../support/temp-folder.ts";

interface Folder {
  readonly path: string;
  readonly put: (name: string, text: string) => string;
}

function folder(): Folder {
  const path = tempFolder();
  return {
    path,
    put: (name, text) => {
      const file = join(path, name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
      return file;
    },
  };
}

function agent(name: string, prompt = `You are ${name}.`): string {
  return `---\nname: ${name}\ndescription: ${name} it is\n---\n${prompt}\n`;
}

function load(...folders: readonly (readonly [AgentScope, Folder])[]): Promise<AgentCatalog> {
  return loadAgents(
    folders.map(([scope, { path }]) => ({ scope, path, within: scope === "project" ? path : undefined })),
  );
}

function names({ agents }: AgentCatalog): readonly string[] {
  return agents.filter(({ scope }) => scope !== "built-in").map(({ name, scope }) => `${scope} ${name}`);
}

test("files of all scopes and depths, the strongest scope first, each name once", async () => {
  const [managed, near, far, user] = [folder(), folder(), folder(), folder()];
  managed.put("ada.md", agent("ada", "managed"));
  near.put("sub/deep/ada.md", agent("Ada", "project"));
  near.put("bob.md", agent("bob", "near"));
  far.put("bob.md", agent("Bob", "far"));
  user.put("bob.md", agent("bob", "user"));
  user.put("code-reviewer.md", agent("Code Reviewer", "user"));
  user.put("notes.txt", "no definition");
  user.put("README.md", "About these.");

  const found = await load(["user", user], ["project", near], ["project", far], ["managed", managed]);

  expect(names(found)).toEqual(["managed ada", "project bob", "user Code Reviewer"]);
  expect(found.agents.map(({ prompt }) => prompt).slice(0, 3)).toEqual(["managed", "near", "user"]);
  expect(found.diagnostics).toEqual([
    {
      file: join(far.path, "bob.md"),
      line: 1,
      message: `Bob is hidden by ${join(near.path, "bob.md")}, which has that name too`,
    },
  ]);
  expect(findAgent(found, "code-reviewer")).toMatchObject({ kind: "found", definition: { scope: "user" } });
  expect(findAgent(found, "cyd")).toEqual({ kind: "none" });
});

test("without any file there are the two that are built in, and a file may take their name", async () => {
  const user = folder();
  user.put("explore.md", agent("explore", "mine"));

  expect((await load()).agents.map(({ name }) => name)).toEqual(["general-purpose", "Explore"]);
  expect(findAgent(await load(["user", user]), "Explore")).toMatchObject({ definition: { prompt: "mine" } });
});

test("a broken file keeps its name from weaker ones, and the others work", async () => {
  const [project, user] = [folder(), folder()];
  const file = project.put("ada.md", "---\nname: ada\nmaxTurns: many\n---\n");
  project.put("bob.md", agent("bob"));
  user.put("ada.md", agent("ada"));

  const found = await load(["project", project], ["user", user]);

  expect(names(found)).toEqual(["project bob"]);
  expect(findAgent(found, "Ada")).toEqual({
    kind: "broken",
    broken: {
      name: "ada",
      scope: "project",
      why: { file, line: 3, message: "maxTurns: give a whole number from 1" },
    },
  });
});

test("E8 E11 links out of the project, pipes, folders and huge files are no definitions", async () => {
  const [project, elsewhere] = [folder(), folder()];
  const secret = elsewhere.put("secret.md", agent("secret"));
  symlinkSync(secret, join(project.path, "out.md"));
  symlinkSync(project.put("in.md", agent("inside")), join(project.path, "twin.md"));
  symlinkSync(join(project.path, "nowhere.md"), join(project.path, "dangling.md"));
  symlinkSync(elsewhere.path, join(project.path, "linked"));
  mkdirSync(join(project.path, "folder.md"));
  execFileSync("mkfifo", [join(project.path, "pipe.md")]);
  project.put("huge.md", agent("huge", "x".repeat(1024 * 1024)));

  const found = await load(["project", project]);

  expect(names(found)).toEqual(["project inside"]);
  expect(found.broken.map(({ name, why }) => [name, why.message])).toEqual([
    ["huge", expect.stringMatching(/^it has \d+ bytes; the limit is 1048576$/)],
    ["out", "it is a link out of the project"],
  ]);
});

test("the user's own links may lead anywhere", async () => {
  const [user, elsewhere] = [folder(), folder()];
  symlinkSync(elsewhere.put("mine.md", agent("mine")), join(user.path, "mine.md"));

  expect(names(await load(["user", user]))).toEqual(["user mine"]);
});

test.skipIf(process.getuid?.() === 0)("a file that may not be read is broken", async () => {
  const user = folder();
  chmodSync(user.put("ada.md", agent("ada")), 0);

  expect((await load(["user", user])).broken).toMatchObject([
    { name: "ada", why: { message: "it cannot be read (EACCES)" } },
  ]);
});
