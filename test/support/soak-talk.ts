import { setTimeout as pause } from "node:timers/promises";
import { MemberName } from "../../src/protocol/names.ts";
import { readMailbox, sendMessage } from "../../src/team/mail.ts";
import type { Team } from "../../src/team/team.ts";
import { SOAK_OVER } from "./soak-script.ts";
import { until } from "./until.ts";

/** Nobody gives them work: what they hold must not grow but by what they hear. */
export const LISTENERS = ["lead", "ear1", "ear2"];
const PROBE_MS = 10_000;

/** A message to each listener every few seconds: it wakes one who is idle, so its way is troupe's alone. */
export async function probe(
  team: Team,
  end: number,
): Promise<readonly { readonly log: string; readonly id: string }[]> {
  const acknowledged: { log: string; id: string }[] = [];
  for (let number = 1; performance.now() < end; number++) {
    const sent = await sendMessage(team, "user", { to: LISTENERS, text: `Probe ${number}.` });
    if (sent.ok) acknowledged.push(...sent.messages.map(({ to, id }) => ({ log: `mail/${to}`, id })));
    await pause(Math.min(PROBE_MS, Math.max(0, end - performance.now())));
  }
  return acknowledged;
}

/** No task is left, nobody works, and everything that was sent has been heard. */
export async function endTalk(team: Team, workers: readonly string[]): Promise<void> {
  for (const { id, status } of (await team.readOn()).tasks.values())
    if (status === "pending") await team.commit({ op: "delete", by: "user", task: id });
  await sendMessage(team, "user", { to: workers, text: SOAK_OVER });
  const members = [...LISTENERS, ...workers].map((name) => MemberName.parse(name));
  await until(
    async () => {
      const working = [...(await team.readOn()).tasks.values()].filter(
        ({ status }) => status === "in_progress",
      );
      if (working.length > 0) return false;
      for (const name of members)
        if ((await readMailbox(team, name)).some(({ state }) => state !== "read")) return false;
      return true;
    },
    { within: 300_000, every: 1_000, what: "everything is heard and nobody works" },
  );
}
