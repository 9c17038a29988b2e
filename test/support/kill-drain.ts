import { nodeFiles } from "../../src/base/node-files.ts";
import { type EntryId, InstanceId, MemberName } from "../../src/protocol/names.ts";
import { openMailbox } from "../../src/team/mail.ts";
import { openTeam } from "../../src/team/open-team.ts";
import type { Life } from "./kill-life.ts";
import { lifeOf } from "./kill-reports.ts";
import { openKilled } from "./kill-team.ts";
import { testHost } from "./test-host.ts";

/** Reads everybody's mail to its end, as their next lives would. */
export async function drainKillTeam(
  configDir: string,
  procs: number,
): Promise<{ readonly lives: readonly Life[]; readonly drained: readonly string[] }> {
  const readers = Array.from({ length: procs }, (_, index) => MemberName.parse(`w${index + 1}`));
  const lives = await Promise.all(readers.map((reader) => drain(configDir, reader)));
  return { lives, drained: readers.map((reader) => `mail/${reader}`) };
}

/** What the next life of a member would be given, as a life of its own. */
async function drain(configDir: string, member: MemberName): Promise<Life> {
  const store = await openKilled(configDir, nodeFiles());
  const lines: string[] = [];
  let complaint = "";
  try {
    const team = await openTeam(store, testHost(`drain-${member}`), InstanceId.parse(`drain-${member}`));
    const seen = new Set<EntryId>();
    const transcript = store.agentLog(member, "transcript");
    for (let at = await transcript.start(), atEnd = false; !atEnd; ) {
      const chunk = await transcript.read(at);
      for (const { entry } of chunk.entries) seen.add(entry.id);
      ({ next: at, atEnd } = chunk);
    }
    const mailbox = await openMailbox(team, member, seen);
    for (const { id } of await mailbox.take()) lines.push(`GOT mail/${member} ${id}`);
  } catch (error) {
    complaint = String(error);
  } finally {
    await store.close();
  }
  return lifeOf(member, lines, { number: 1_000_000, code: complaint === "" ? 0 : 1, complaint });
}
