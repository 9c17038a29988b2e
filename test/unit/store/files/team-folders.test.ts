import {
  chownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { nodeFiles } from "../../../../src/base/node-files.ts";
import { TeamName } from "../../../../src/protocol/names.ts";
import {
  createTeamFolder,
  listTeamFolders,
  removeTeamFolder,
} from "../../../../src/store/files/team-folders.ts";
import { ada, bob, claim, id, message, readAll, teamEntry } from "../../../support/store-entries.ts";
import { faultyFs } from "../../../support/store-faulty-fs.ts";
import { demo, fileTeam } from "../../../support/store-team.ts";
import { tempFolder } from "../../../support/temp-folder.ts";

const isRoot = process.getuid?.() === 0;

describe("a team's folder", () => {
  test("is made with everything above it, and begins with its first entry", async () => {
    const configDir = join(tempFolder(), "home", ".claude");

    await createTeamFolder(nodeFiles(), configDir, demo, teamEntry());

    expect(readdirSync(join(configDir, "teams"))).toEqual(["demo"]);
    expect(readdirSync(join(configDir, "teams/demo")).toSorted()).toEqual([
      "agents",
      "bodies",
      "journal",
      "mail",
      "supervisor",
    ]);
  });

  test.each([0o000, 0o777])("is 0700 and its files are 0600 whatever the umask (%o)", async (mask) => {
    const before = process.umask(mask);
    onTestFinished(() => void process.umask(before));

    const team = await fileTeam();
    const { store } = await team.open();
    await store.journal.append(claim(1));
    await store.mailbox(bob).append(message(1, "hello"));
    await store.agentLog(ada, "events").append({ id: id(1) });
    await store.bodies.put("text");
    const start = { position: await store.mailbox(bob).start(), id: null };
    await store.cursor(bob).save({ v: 1, delivered: start, read: start });

    for (const name of readdirSync(team.configDir, { recursive: true, encoding: "utf8" })) {
      const facts = lstatSync(join(team.configDir, name));
      const expected = facts.isDirectory() ? 0o700 : 0o600;
      expect([name, (facts.mode & 0o777).toString(8)]).toEqual([name, expected.toString(8)]);
    }
  });

  test("E3 is not made twice under one name, whatever the spelling, and not over anything else", async () => {
    const team = await fileTeam();
    const file = TeamName.parse("file");
    writeFileSync(join(team.configDir, "teams/file"), "something else");

    for (const name of [demo, TeamName.parse("DEMO"), file]) {
      const failed = createTeamFolder(nodeFiles(), team.configDir, name, teamEntry());
      await expect(failed).rejects.toMatchObject({ code: "name_taken" });
    }

    expect(readdirSync(join(team.configDir, "teams")).toSorted()).toEqual(["demo", "file"]);
  });

  test("of two that make it at once, one is told that the name is taken", async () => {
    const configDir = tempFolder();
    const slow = faultyFs(nodeFiles());
    const other = { ...teamEntry(), id: id(1) };
    slow.fault({
      call: "rename",
      fault: { before: () => createTeamFolder(nodeFiles(), configDir, demo, other) },
    });

    const failed = createTeamFolder(slow, configDir, demo, teamEntry());

    await expect(failed).rejects.toMatchObject({ code: "name_taken" });
    expect(readdirSync(join(configDir, "teams"))).toEqual(["demo"]);
    const team = await listTeamFolders(nodeFiles(), configDir);
    expect(team).toEqual(["demo"]);
  });

  test("teams are listed without Claude Code's own, without links, trash and odd names", async () => {
    const team = await fileTeam();
    const teams = join(team.configDir, "teams");
    for (const name of [
      ".trash-old-1",
      ".new-x-1",
      "native",
      "Upper/journal",
      "session-1/journal",
      "x y/journal",
    ]) {
      mkdirSync(join(teams, name), { recursive: true });
    }
    symlinkSync(team.paths.root, join(teams, "linked"));
    await createTeamFolder(nodeFiles(), team.configDir, TeamName.parse("alpha"), teamEntry());

    expect(await listTeamFolders(nodeFiles(), team.configDir)).toEqual(["alpha", "demo"]);
    expect(await listTeamFolders(nodeFiles(), join(team.configDir, "nowhere"))).toEqual([]);
  });

  test("C5 a team that may not be looked into is listed, and so are the others", async () => {
    const team = await fileTeam();
    const fs = faultyFs(nodeFiles());
    await createTeamFolder(nodeFiles(), team.configDir, TeamName.parse("alpha"), teamEntry());
    fs.fault({ call: "stat", path: /alpha\/journal$/, fault: { fail: "EACCES" } });

    expect(await listTeamFolders(fs, team.configDir)).toEqual(["alpha", "demo"]);
  });

  test("A13 is removed whole; a removal that was cut short is finished by the next one", async () => {
    const team = await fileTeam();
    const fs = faultyFs(nodeFiles());
    const linked = join(tempFolder(), "precious");
    writeFileSync(linked, "not yours");
    symlinkSync(linked, join(team.paths.agents, "link"));
    fs.fault({ call: "unlink", fault: { fail: "EIO" }, skip: 1 });

    await expect(removeTeamFolder(fs, team.configDir, demo)).rejects.toMatchObject({
      code: "store_unreachable",
    });
    expect(await listTeamFolders(fs, team.configDir)).toEqual([]);
    await expect(team.open()).rejects.toMatchObject({ code: "team_not_found" });
    await removeTeamFolder(fs, team.configDir, demo);

    expect(readdirSync(join(team.configDir, "teams"))).toEqual([]);
    expect(lstatSync(linked).size).toBe(9);
    await expect(removeTeamFolder(fs, team.configDir, demo)).rejects.toMatchObject({
      code: "team_not_found",
    });
  });

  test("C10 is removed where it stands when the file system does not move folders", async () => {
    const team = await fileTeam();
    const fs = faultyFs(nodeFiles());
    fs.fault({ call: "rename", fault: { fail: "EXDEV" } });

    await removeTeamFolder(fs, team.configDir, demo);

    expect(readdirSync(join(team.configDir, "teams"))).toEqual([]);
  });

  test("F2 removed and made again under its name is another team to those who had it open", async () => {
    const team = await fileTeam();
    const { store } = await team.open();
    await store.journal.append(claim(1));
    const { next } = await readAll(store.journal);
    await removeTeamFolder(nodeFiles(), team.configDir, demo);
    await createTeamFolder(nodeFiles(), team.configDir, demo, teamEntry());

    const poll = (): Promise<unknown> =>
      readAll(store.journal, next).then(() => readAll(store.journal, next));
    await expect(poll()).rejects.toMatchObject({ code: "journal_damaged" });
    await expect(store.journal.append(claim(2))).rejects.toMatchObject({ code: "journal_damaged" });
  });

  test("E9 that is a symbolic link, or a file, or has one of these inside, is refused", async () => {
    const linked = await fileTeam();
    renameSync(linked.paths.root, join(linked.configDir, "elsewhere"));
    symlinkSync(join(linked.configDir, "elsewhere"), linked.paths.root);
    const file = await fileTeam();
    rmSync(file.paths.root, { recursive: true });
    writeFileSync(file.paths.root, "");
    const inside = await fileTeam();
    renameSync(inside.paths.mail, join(inside.configDir, "mail"));
    symlinkSync(join(inside.configDir, "mail"), inside.paths.mail);

    await expect(linked.open()).rejects.toMatchObject({ code: "state_dir", message: /symbolic link/ });
    await expect(file.open()).rejects.toMatchObject({ code: "state_dir", message: /no folder/ });
    await expect(inside.open()).rejects.toMatchObject({ code: "state_dir", message: /mail is refused/ });
    await expect(removeTeamFolder(nodeFiles(), linked.configDir, demo)).rejects.toMatchObject({
      code: "state_dir",
    });
  });

  test("that is not there, or has no journal, is no team of ours", async () => {
    const gone = await fileTeam();
    rmSync(gone.paths.root, { recursive: true });
    const native = await fileTeam();
    rmSync(native.paths.journal, { recursive: true });

    await expect(gone.open()).rejects.toMatchObject({ code: "team_not_found", details: { team: "demo" } });
    await expect(native.open()).rejects.toMatchObject({ code: "team_not_found" });
  });

  test.skipIf(!isRoot)("L9 of another user is refused, and so is a log of one (needs root)", async () => {
    const team = await fileTeam();
    chownSync(team.segment(1), 12_345, 12_345);
    const { store } = await team.open();

    await expect(readAll(store.journal)).rejects.toMatchObject({ code: "state_dir", message: /uid 12345/ });
    chownSync(team.paths.root, 12_345, 12_345);
    await expect(team.open()).rejects.toMatchObject({
      code: "state_dir",
      message: /uid 12345 \(mode 0700\)/,
    });
  });
});
