import type { ContextSeat } from "../../src/runtime/member-context.ts";
import type { MemberSandbox } from "../../src/runtime/member-sandbox.ts";

function wantsOut(input: unknown): boolean {
  return JSON.stringify(input).includes("dangerouslyDisableSandbox");
}

const no = (): boolean => false;

/** The seat of a member whose settings let a person allow a command to leave the sandbox; nothing else asks. */
export function leavingSandbox(): ContextSeat {
  const sandbox = {
    state: () => ({ status: "confined" }),
    mayRunUnasked: ({ input }) => !wantsOut(input),
    isLetOut: ({ input }) => wantsOut(input),
    hasNetwork: false,
    isOffline: () => true,
  } satisfies Partial<MemberSandbox>;
  return {
    sandbox: sandbox as Partial<MemberSandbox> as MemberSandbox,
    judge: { needsPerson: no, isReadOnly: no, isClosed: no, changedSinceApproval: no },
    untrusted: { sources: () => [] },
  };
}
