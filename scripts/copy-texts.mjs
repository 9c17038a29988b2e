// tsc copies no text files: prompts stand beside their tool in src/ and are read from beside it in dist/.
import { cpSync } from "node:fs";
import { extname } from "node:path";

cpSync("src", "dist", {
  recursive: true,
  filter: (path) => extname(path) === "" || extname(path) === ".txt",
});
