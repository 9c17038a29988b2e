import { expect, test } from "vitest";
import { createRedactor } from "../../../src/base/redact.ts";
import { MemberName } from "../../../src/protocol/names.ts";
import { type OwnApprovals, openApprovals, type Question } from "../../../src/runtime/approvals.ts";
import { answerApproval, approvalInput, digestOf, waitingApprovals } from "../../../src/team/approvals.ts";
import type { Approval } from "../../../src/team/state.ts";
import type { Team } from "../../../src/team/team.ts";
import { memoryTeam } from "../../support/member-memory.ts";
import { until } from "../../support/until.ts";

const ada = MemberName.parse("ada");
const SECRET = "t0ken-of-the-deploy-4711";
const { hideWordsIn } = createRedactor([SECRET]);
const command = `deploy --token ${SECRET}`;
const DEPLOY: Question = {
  kind: "permission",
  tool: "Bash",
  input: { command },
  summary: command,
  reason: `no rule allows ${command}`,
  rule: `Bash(${command})`,
};
const never = new AbortController().signal;

interface Desk {
  readonly user: Team;
  readonly life: (seed: string) => Promise<{ readonly team: Team; readonly own: OwnApprovals }>;
  readonly waiting: () => Promise<Approval>;
}

async function openDesk(): Promise<Desk> {
  const { team: user, view } = await memoryTeam(["lead", "ada"]);
  return {
    user,
    life: async (seed) => {
      const team = await view(seed);
      return { team, own: openApprovals(team, ada, hideWordsIn) };
    },
    waiting: () => until(async () => waitingApprovals(await user.readOn())[0], { what: "it is asked" }),
  };
}

test("L5 a secret in a question is not in the journal; the answer to what is shown counts for the true call", async () => {
  const { user, life, waiting } = await openDesk();
  const { team, own } = await life("one");

  const answer = own.ask(DEPLOY, never);
  const asked = await waiting();
  const outcome = await answerApproval(user, "user", asked, { verdict: "allow" });
  await team.readOn();

  expect(asked).toMatchObject({
    input: { command: "deploy --token ‹key›" },
    summary: "deploy --token ‹key›",
    reason: "no rule allows deploy --token ‹key›",
    digest: digestOf("Bash", { command }),
    shown: digestOf("Bash", { command: "deploy --token ‹key›" }),
  });
  // A rule with a hole in it would be another rule.
  expect(asked.rule).toBeUndefined();
  expect(JSON.stringify([...user.state().approvals])).not.toContain(SECRET);
  expect(outcome.ok).toBe(true);
  expect(await answer).toEqual({ verdict: "allow" });
});

test("L5 neither is one in an input that lies beside the journal, or in a plan", async () => {
  const { user, life, waiting } = await openDesk();
  const { own } = await life("one");
  const large = { ...DEPLOY, input: { command: `${command}${" ".repeat(20_000)}` } };

  void own.ask(large, never);
  const asked = await waiting();

  expect(asked.body).toBeDefined();
  expect(JSON.stringify(await approvalInput(user, asked))).not.toContain(SECRET);
  expect((await answerApproval(user, "user", asked, { verdict: "deny" })).ok).toBe(true);
});

test("a question with a secret that an earlier life asked is taken over by the same call, and by no other", async () => {
  const { user, life, waiting } = await openDesk();
  void (await life("one")).own.ask(DEPLOY, never);
  const asked = await waiting();
  await answerApproval(user, "user", asked, { verdict: "allow", note: "once" });
  const { own } = await life("two");

  const other = own.ask({ ...DEPLOY, input: { command: "deploy --token ‹key›" } }, never);
  const same = own.ask(DEPLOY, never);

  expect(await same).toEqual({ verdict: "allow", note: "once" });
  await until(async () => waitingApprovals(await user.readOn()).length === 1);
  void other;
});

test("an answer to something else than what is shown counts for nothing", async () => {
  const { user, life, waiting } = await openDesk();
  void (await life("one")).own.ask(DEPLOY, never);
  const { id, digest } = await waiting();

  const outcome = await user.commit({ op: "answer", by: "user", ask: id, digest, verdict: "allow" });

  expect(outcome).toMatchObject({ ok: false, reason: { kind: "other_digest" } });
});

test.each([
  "curl -H 'authorization: $(rm${IFS}-rf${IFS}~)'",
  "echo -----BEGIN PRIVATE KEY-----; rm -rf ~; echo -----END PRIVATE KEY-----",
  "git clone https://ada:$(touch${IFS}x)@h/r",
])("%j is shown to a person as it is: what looks like a secret could be a command", (hostile) => {
  expect(hideWordsIn({ command: hostile })).toEqual({ command: hostile });
});

test("words that can be nothing but keys are hidden though nobody knows them", () => {
  const text = `a sk-ant-api03-${"x".repeat(30)} b ghp_${"A1".repeat(10)}; ls`;

  expect(hideWordsIn({ text })).toEqual({ text: "a ‹key› b ‹key›; ls" });
});
