import { existsSync, rmSync } from "node:fs";
import { expect, test } from "vitest";
import { ada, idsOf, message } from "../../../support/store-entries.ts";
import { fileTeam } from "../../../support/store-team.ts";

test("whoever waits at a mailbox that nobody has used yet hears of the first message without a tick", async () => {
  const team = await fileTeam();
  const { store } = await team.open({ pollMs: 3_600_000 });
  const { store: sender } = await team.open({ pollMs: 3_600_000 });
  const mailbox = store.mailbox(ada);
  const ended = new AbortController();
  const changes = mailbox.changes(ended.signal)[Symbol.asyncIterator]();
  await changes.next();
  const change = changes.next();

  await sender.mailbox(ada).append(message(1, "first"));
  await change;

  expect(await idsOf(mailbox)).toEqual(["instance-a.1"]);
  ended.abort();
  await changes.return?.();
});

test("waiting at a mailbox does not make a team again that was removed", async () => {
  const team = await fileTeam();
  const { store } = await team.open();
  rmSync(team.paths.root, { recursive: true });
  const ended = new AbortController();
  const changes = store.mailbox(ada).changes(ended.signal)[Symbol.asyncIterator]();

  const first = await changes.next();

  expect(first.done).toBe(false);
  expect(existsSync(team.paths.root)).toBe(false);
  ended.abort();
  await changes.return?.();
});
