import type { GateContext } from "../../src/agent/gate/gate-context.ts";
import { type ConnectorJudge, connectorStanding } from "../../src/runtime/connector-judge.ts";
import { standingOf } from "../../src/runtime/gate.ts";
import type { MemberSandbox } from "../../src/runtime/member-sandbox.ts";
import type { Untrusted } from "../../src/runtime/untrusted.ts";
import { whyLookedAt } from "../../src/runtime/untrusted-calls.ts";
import { contextOf, ruleOf } from "./gate-world.ts";

const judge: ConnectorJudge = {
  needsPerson: () => false,
  isReadOnly: (tool) => /__(read|closed)/.test(tool),
  isClosed: (tool) => tool.includes("__closed"),
  changedSinceApproval: () => false,
};

type Wall = Pick<MemberSandbox, "hasNetwork" | "isOffline">;
const OPEN: Wall = { hasNetwork: true, isOffline: () => false };
export const CLOSED: Wall = { hasNetwork: false, isOffline: ({ name }) => name === "Bash" };
export const MIXED: Wall = {
  hasNetwork: true,
  isOffline: ({ input }) => JSON.stringify(input).includes("inside"),
};

export interface Scene {
  readonly mode?: GateContext["mode"];
  readonly wall?: Wall | undefined;
  readonly setting?: boolean | undefined;
  readonly untrusted?: Pick<Untrusted, "sources">;
}

/** Everything is allowed, so that what asks does so because of what the conversation holds. */
const ALLOWED = ["Bash", "Edit", "WebFetch", "WebSearch", "Odd", "mcp__s"].map((text) =>
  ruleOf(text, "allow"),
);
const READ: Pick<Untrusted, "sources"> = { sources: () => ["connector docs"] };

export interface Call {
  readonly name: string;
  readonly input: unknown;
}

export function contextFor(call: Call, scene: Scene): GateContext {
  const { mode = "default", setting, untrusted = READ } = scene;
  const sandbox = ("wall" in scene ? scene.wall : OPEN) as MemberSandbox | undefined;
  return contextOf({
    mode,
    rules: ALLOWED,
    standing: (tool) => standingOf(tool) ?? connectorStanding(judge, tool),
    untrusted: whyLookedAt(
      { id: "t1", ...call },
      setting === undefined ? {} : { askAfterUntrustedText: setting },
      mode,
      { judge, sandbox, untrusted },
    ),
  });
}
