import { createMemoryDisk, openMemoryStore } from "../../../../src/store/memory/open-memory-store.ts";
import { teamEntry } from "../../../support/store-entries.ts";
import { storeContract } from "../contract.ts";

storeContract("the memory store", async () => {
  const disk = createMemoryDisk(teamEntry());
  return async () => openMemoryStore(disk);
});
