import { expect, test } from "vitest";
import { decide } from "../../../src/agent/gate/decide.ts";
import { compileRules } from "../../../src/agent/gate/rule-set.ts";
import { MemberName } from "../../../src/protocol/names.ts";
import { questionAbout } from "../../../src/runtime/call-summary.ts";
import { memberContext } from "../../../src/runtime/member-context.ts";
import { memberNamed } from "../../../src/team/derive.ts";
import { ruleOf } from "../../support/gate-world.ts";
import { leavingSandbox } from "../../support/leaving-sandbox.ts";
import { memoryTeam } from "../../support/member-memory.ts";

const call = (more: object = {}) => ({ id: "1", name: "Bash", input: { command: "npm test", ...more } });

test("a command that wants to leave the sandbox asks a person whatever rule or mode allows it", async () => {
  const { team } = await memoryTeam(["lead", "ada"]);
  const member = memberNamed(team.state(), MemberName.parse("ada"));
  if (member === undefined) throw new Error("ada is not there");
  const permissions = { dir: "/srv/app", lead: false, tools: ["Bash"] };
  const context = memberContext({ team, member }, permissions, leavingSandbox());

  for (const mode of ["default", "bypassPermissions"] as const) {
    const rules = { set: compileRules([ruleOf("Bash(npm *)", "allow")]), settings: {}, mode, folders: [] };
    const verdict = (one: ReturnType<typeof call>) => decide(context(one, rules), one).behavior;

    expect(verdict(call())).toBe("allow");
    expect(verdict(call({ dangerouslyDisableSandbox: true }))).toBe("ask");
  }
});

test("what was too long is read where it is kept, and nothing else of the team's folder", async () => {
  const { team } = await memoryTeam(["lead", "ada"]);
  const member = memberNamed(team.state(), MemberName.parse("ada"));
  if (member === undefined) throw new Error("ada is not there");
  const permissions = { dir: "/srv/app", lead: false, tools: undefined };
  const context = memberContext({ team, member }, permissions, leavingSandbox());
  const rules = { set: compileRules([]), settings: {}, mode: "default" as const, folders: [] };
  const verdict = (name: string, path: string) => {
    const one = { id: "1", name, input: { file_path: path, path } };
    return decide(context(one, rules), one).behavior;
  };
  const own = `${team.host.home}/.claude/teams/demo/agents/ada`;

  expect(verdict("Read", `${own}/output/output-1.txt`)).toBe("allow");
  expect(verdict("Grep", `${own}/output`)).toBe("allow");
  expect(verdict("Read", `${own}/transcript.jsonl`)).toBe("ask");
  expect(verdict("Write", `${own}/output/output-1.txt`)).toBe("ask");
});

test("a person is shown that a command wants to leave the sandbox", () => {
  const why = { reason: "because", suggestion: undefined };

  expect(questionAbout(call(), why, undefined).summary).toBe("npm test");
  expect(questionAbout(call({ dangerouslyDisableSandbox: true }), why, undefined).summary).toBe(
    "outside of the sandbox: npm test",
  );
});
