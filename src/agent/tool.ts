import { z } from "zod";

export interface ToolCall {
  readonly id: string;
  readonly name: string;
  readonly input: unknown;
}

/** What the model reads back. */
export interface ToolResult {
  readonly text: string;
  readonly isError: boolean;
  /** The input did not fit the schema and nothing was run. Three replies in a row with only such calls end the turn. */
  readonly isWrongInput?: boolean;
}

/** JSON Schema of an object, draft 2020-12, as `z.toJSONSchema` makes it. */
export interface InputSchema {
  readonly type: "object";
  readonly [key: string]: unknown;
}

/** What a person allowed for one call beyond what its tool does by itself. */
export interface Clearance {
  /** Protected files that this call may write: absolute, each as it is written and as it really was when that was judged. */
  readonly protectedPaths: readonly string[];
}

export interface Tool {
  /** As the model calls it: `Bash`, `SendMessage`, `mcp__server__tool`. */
  readonly name: string;
  readonly description: string;
  readonly inputSchema: InputSchema;
  /** `write`: calls of one reply run one after another, in their order. `read`: at the same time as others. */
  readonly effect: "read" | "write";
  /**
   * Parses the input and acts. A wrong input is an error result that names the field, expected and got; never thrown.
   * Trouble outside is thrown (TroupeError or system error); the executor makes it an error result.
   */
  readonly run: (input: unknown, signal: AbortSignal, cleared?: Clearance) => Promise<ToolResult>;
}

export interface ToolDefinition<S extends z.ZodType> {
  readonly name: string;
  readonly description: string;
  readonly input: S;
  readonly effect: "read" | "write";
  readonly run: (
    input: z.output<S>,
    signal: AbortSignal,
    cleared?: Clearance,
  ) => Promise<ToolResult | string>;
}

/** A tool from one zod schema: the JSON schema the model sees and the parser of what it sends. */
export function defineTool<S extends z.ZodType>({
  name,
  description,
  input,
  effect,
  run,
}: ToolDefinition<S>): Tool {
  const { $schema: _, ...inputSchema } = z.toJSONSchema(input, { io: "input" });
  return {
    name,
    description,
    inputSchema: { ...inputSchema, type: "object", additionalProperties: false },
    effect,
    run: async (raw, signal, cleared) => {
      const parsed = input.safeParse(raw);
      if (!parsed.success)
        return {
          text: `${name} was not run: its input is wrong.\n${z.prettifyError(parsed.error)}`,
          isError: true,
          isWrongInput: true,
        };
      const result = await run(parsed.data, signal, cleared);
      return typeof result === "string" ? { text: result, isError: false } : result;
    },
  };
}
