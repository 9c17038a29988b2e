import { noSandbox, type Sandbox } from "../../base/sandbox.ts";

/** In what the commands of an agent run. */
export interface Shelter {
  /** Commands run confined unless said otherwise: the model is told what that means. */
  readonly isConfined: boolean;
  /** The model may ask for a command to run outside; whether it does is the gate's. */
  readonly mayLeave: boolean;
  /** In what this command runs; or why it is not run, for the model. */
  readonly choose: (command: string, isLeaving: boolean) => Sandbox | { readonly refusal: string };
}

/** No walls at all: what a person chose. */
export function noShelter(): Shelter {
  const open = noSandbox();
  return { isConfined: false, mayLeave: false, choose: () => open };
}
