import { type FileCall, fileSubject } from "./file-subject.ts";
import type { GateContext } from "./gate-context.ts";
import { fetchSubject, namedSubject, unknownSubject } from "./other-subjects.ts";
import { placesOf } from "./places.ts";
import { shellSubject } from "./shell-subject.ts";
import type { Subject } from "./subject.ts";

type Input = Readonly<Record<string, unknown>>;
/** Of the field that says what the call is about. */
type Make = (value: string, input: Input, context: GateContext) => Subject;

interface Known {
  readonly field: string;
  /** Taken where the field is left out; undefined = the call has no sense without it. */
  readonly otherwise?: string;
  readonly make: Make;
}

const TOOLS: Readonly<Record<string, Known>> = {
  Bash: {
    field: "command",
    make: (command, _, context) => shellSubject(command, context, placesOf(context)),
  },
  Read: { field: "file_path", make: file("read") },
  Edit: { field: "file_path", make: file("write") },
  Write: { field: "file_path", make: file("write") },
  MultiEdit: { field: "file_path", make: file("write") },
  NotebookEdit: { field: "notebook_path", make: file("write") },
  Cd: { field: "path", make: file("cd") },
  Grep: { field: "path", otherwise: ".", make: file("read") },
  Glob: { field: "path", otherwise: ".", make: searched },
  WebFetch: { field: "url", make: (address, _, context) => fetchSubject(address, context) },
  Agent: {
    field: "subagent_type",
    otherwise: "general-purpose",
    make: (name, _, context) => namedSubject({ tool: "Agent", name, args: "" }, context),
  },
  Skill: {
    field: "skill",
    make: (name, input, context) =>
      namedSubject({ tool: "Skill", name, args: textOf(input, "args") ?? "" }, context),
  },
};

/** What a call is about; a text = what is wrong with its input. */
export function subjectOf(tool: string, input: Input, context: GateContext): Subject | string {
  const known = Object.hasOwn(TOOLS, tool) ? TOOLS[tool] : undefined;
  if (!known) return unknownSubject(tool);
  const value = textOf(input, known.field);
  const isLeftOut = !Object.hasOwn(input, known.field) || input[known.field] === undefined;
  const used = value ?? (isLeftOut ? known.otherwise : undefined);
  return used === undefined ? `${tool} needs ${known.field}, a text.` : known.make(used, input, context);
}

function textOf(input: Input, field: string): string | undefined {
  const value = Object.hasOwn(input, field) ? input[field] : undefined;
  return typeof value === "string" ? value : undefined;
}

function file(kind: FileCall["kind"]): Make {
  return (path, _, context) => fileSubject({ kind, paths: [path] }, context, placesOf(context));
}

/** The folder that is searched, and where a pattern leads that leaves it. */
function searched(path: string, input: Input, context: GateContext): Subject {
  const pattern = textOf(input, "pattern") ?? "";
  const fixed = pattern.split(/[*?[{]/, 1)[0] ?? "";
  const isLeaving = /^[/~]|(^|\/)\.\.(\/|$)/.test(pattern);
  const target = /^[/~]/.test(fixed) ? fixed : `${path}/${fixed}`;
  return fileSubject(
    { kind: "read", paths: isLeaving ? [path, target] : [path] },
    context,
    placesOf(context),
  );
}
