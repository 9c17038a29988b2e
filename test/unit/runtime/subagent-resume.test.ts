import { expect, test } from "vitest";
import type { Turn } from "../../../src/agent/loop-deps.ts";
import { createRedactor } from "../../../src/base/redact.ts";
import { MemberName, SubagentId } from "../../../src/protocol/names.ts";
import { openHiddenTranscript } from "../../../src/runtime/hidden-text.ts";
import { beginSubagentLog } from "../../../src/runtime/subagent-log.ts";
import { resumeTranscript } from "../../../src/runtime/subagent-resume.ts";
import { memoryTeam } from "../../support/member-memory.ts";

const ada = MemberName.parse("ada");
const redactor = createRedactor(["s3cret-value-9"]);
const PROMPT = "Log in with s3cret-value-9";

/** What ada reads of her one call after a death; the subagent ran with `ran`, and had said its last word. */
async function resultAfterDeath(ran: string): Promise<unknown> {
  const { team } = await memoryTeam(["ada"]);
  const transcript = await openHiddenTranscript(team, ada, redactor);
  const input = { description: "look", prompt: PROMPT };
  await transcript.record({ message: { role: "user", content: "Work." }, inputs: [] });
  const call: Turn["message"] = {
    role: "assistant",
    content: [{ type: "tool_use", id: "toolu_1", name: "Agent", input }],
  };
  await transcript.record({ message: call, inputs: [] });
  const log = await beginSubagentLog(team, ada, SubagentId.parse(team.host.newId()), {
    type: "general-purpose",
    about: {},
    input: { ...input, prompt: ran },
    redactor,
  });
  await log.record({ message: { role: "assistant", content: "All is well." }, inputs: [] });
  await log.end(null);
  await log.close();

  const { turns } = await resumeTranscript(team, ada, redactor);
  return turns.at(-1)?.message.content;
}

test("A16 a call with a secret in it is known again after a death, and has its result", async () => {
  expect(await resultAfterDeath(PROMPT)).toMatchObject([
    {
      tool_use_id: "toolu_1",
      content: expect.stringMatching(/^All is well\.\n\n.*finished before/) as unknown,
    },
  ]);
});

test("A16 of a call that was changed before it ran nobody says that nothing was done", async () => {
  expect(await resultAfterDeath("Something else")).toMatchObject([
    {
      is_error: true,
      content: expect.stringMatching(/nobody can tell how far .* agents\/ada\/sub-.*\.jsonl/) as unknown,
    },
  ]);
});
