import type { Connection } from "./connection.ts";
import type { RemoteTool } from "./remote-tool.ts";

/** The last list of tools that a server told. */
export interface ServerTools {
  readonly all: () => readonly RemoteTool[];
  /** Throws what the connection throws. */
  readonly read: (connection: Connection) => Promise<void>;
  /** The server says that its list has changed: it is read again, and the former one stays when that fails. */
  readonly refresh: (connection: Connection) => void;
}

export function serverTools(log: (text: string) => void): ServerTools {
  let tools: readonly RemoteTool[] = [];
  let isStale = false;
  let isLooking = false;

  const read = async (connection: Connection): Promise<void> => {
    const list = await connection.listTools();
    for (const problem of list.problems) log(problem);
    tools = list.tools;
  };
  /** However often it is said: one look at a time, and one more behind it. */
  const look = async (connection: Connection): Promise<void> => {
    isLooking = true;
    try {
      while (isStale) {
        isStale = false;
        await read(connection);
      }
    } catch (error) {
      // Whether the server still lives is the connection's to find out.
      log(`its tools could not be listed: ${error instanceof Error ? error.message : String(error)}`);
    } finally {
      isLooking = false;
    }
  };
  return {
    all: () => tools,
    read,
    refresh: (connection) => {
      isStale = true;
      if (!isLooking) void look(connection);
    },
  };
}
