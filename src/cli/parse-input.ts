import { z } from "zod";
import { TroupeError } from "../base/errors.ts";
import { TaskId } from "../protocol/names.ts";

/**
 * What the command line said, as `schema` wants it. Throws `bad_name` where a name is no name, else `usage`; the
 * message names the argument or flag as it was typed.
 */
export function parseInput<S extends z.ZodType>(
  schema: S,
  raw: unknown,
  args: readonly (readonly [string, string])[],
): z.output<S> {
  const parsed = schema.safeParse(raw, { error: plainly });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const key = String(issue?.path[0] ?? "");
  const typed = args.map(([form]) => form).find((form) => argumentKey(form) === key) ?? flagName(key);
  const isName = issue?.code === "custom" && issue.params?.["code"] === "bad_name";
  throw new TroupeError(isName ? "bad_name" : "usage", `${typed}: ${issue?.message ?? "wrong"}`, {
    cause: parsed.error,
    details: { argument: typed },
  });
}

/** What zod would say in its own words; undefined where those will do. A schema's own message comes before this. */
function plainly(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === "invalid_value") return `one of ${issue.values.join(", ")}`;
  if (issue.code === "too_big") return `at most ${issue.maximum} characters`;
  if (issue.code === "too_small") return "it is empty";
  if (issue.code === "invalid_type" && issue.input === undefined) return "it is needed";
  return undefined;
}

/** `[blocked-id]`, `<text...>`: the name that the input schema has for it. */
export function argumentKey(form: string): string {
  return form.replaceAll(/[[\]<>.]/g, "").replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

function flagName(key: string): string {
  return key === "" ? "the input" : `--${key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** A brand of `protocol/names.ts` as an argument: what is wrong with it becomes `bad_name`. */
export function nameArgument<S extends z.ZodType<unknown, string>>(
  name: S,
): z.ZodPipe<z.ZodString, z.ZodTransform<z.output<S>, string>> {
  return z.string().transform((text, context) => {
    const parsed = name.safeParse(text);
    if (parsed.success) return parsed.data;
    context.addIssue({
      code: "custom",
      message: `"${shorten(text)}" is no name: ${whyNot(parsed.error)}`,
      params: { code: "bad_name" },
    });
    return z.NEVER;
  });
}

/** Of a union the last member is the one that people mean; the words before it would have matched. */
function whyNot({ issues }: z.ZodError): string {
  const [issue] = issues;
  if (issue?.code === "invalid_union") return issue.errors.at(-1)?.[0]?.message ?? issue.message;
  return issue?.message ?? "wrong";
}

/** `3`, `#3`: the number of a task. */
export function taskArgument<S extends z.ZodType<unknown, string>>(
  id: S,
): z.ZodPipe<z.ZodString, z.ZodTransform<z.output<S>, string>> {
  return z.string().transform((text, context) => {
    const parsed = id.safeParse(text.replace(/^#/, ""));
    if (parsed.success) return parsed.data;
    context.addIssue({
      code: "custom",
      message: `"${shorten(text)}" is no task: a task has a number from 1`,
    });
    return z.NEVER;
  });
}

function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

/** `3,4` or `#3,#4`: numbers of tasks, each once. */
export const TaskListArgument = z.string().transform((text, context): TaskId[] => {
  const ids: TaskId[] = [];
  for (const word of text.split(",").map((part) => part.trim().replace(/^#/, ""))) {
    const parsed = TaskId.safeParse(word);
    if (parsed.success) ids.push(parsed.data);
    else context.addIssue({ code: "custom", message: `"${shorten(word)}" is no task: give numbers as 3,4` });
  }
  return [...new Set(ids)];
});

/** A whole number, as it was typed. */
export const IntegerArgument = z
  .string()
  .regex(/^-?\d{1,6}$/, "a whole number")
  .transform(Number);

/** A number from 1 to `max`, as it was typed. */
export function countArgument(max: number): z.ZodType<number, string> {
  return z
    .string()
    .regex(/^\d{1,6}$/, `a number from 1 to ${max}`)
    .transform(Number)
    .refine((count) => count >= 1 && count <= max, `a number from 1 to ${max}`);
}
