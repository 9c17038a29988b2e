import { expect, test } from "vitest";
import { ruleFits } from "../../../../src/runtime/hooks/rule-fits.ts";
import { tempFolder } from "../../../support/temp-folder.ts";

test.each([
  ["Bash(git *)", "Bash", { command: "git push" }, true],
  ["Bash(git *)", "Bash", { command: "ls" }, false],
  ["Bash(git *)", "Bash", { command: "ls && VAR=x git push" }, true],
  ["Bash(git *)", "Bash", { command: "echo $(git log)" }, true],
  ["Bash(git *)", "Bash", { command: "echo `git log`" }, true],
  ["Bash(git *)", "Bash", { command: 'echo "' }, true],
  ["Bash(git *)", "Write", { file_path: "a", content: "git push" }, false],
  ["Edit(src/**)", "Write", { file_path: "src/a.ts", content: "" }, true],
  ["Edit(src/**)", "Write", { file_path: "doc/a.md", content: "" }, false],
  ["no rule at all (", "Bash", { command: "ls" }, true],
] as const)("if %s on %s %o: %s", (rule, name, input, expected) => {
  expect(ruleFits(tempFolder(), "/home/nobody")(rule, { name, input })).toBe(expected);
});
