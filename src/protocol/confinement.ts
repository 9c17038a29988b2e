import { z } from "zod";

/**
 * Ours, in the settings (`sandbox.connectors`, `sandbox.hooks`), in an entry of `mcpServers` and in a command hook
 * (`sandbox`): whether the program runs in a sandbox, and what is open to it there. Claude Code ignores the keys.
 */
export const Confinement = z.union([
  z.boolean(),
  z.looseObject({
    /** Everything this machine reaches; without it what the commands of agents have. */
    network: z.boolean().optional(),
    /** The folders it writes in, instead of those it has by itself. */
    allowWrite: z
      .array(
        z
          .string()
          .min(1)
          .max(16 * 1024),
      )
      .max(1000)
      .optional(),
  }),
]);
export type Confinement = z.infer<typeof Confinement>;
