import { createHash } from "node:crypto";
import { TroupeError } from "../base/errors.ts";
import { BODY_MAX_BYTES } from "../protocol/message.ts";

/** A text as it is kept beside the logs: its UTF-8 bytes and their name. Throws `usage` above 10 MiB. */
export function bodyOf(text: string): { readonly name: string; readonly bytes: Buffer } {
  const bytes = Buffer.from(text);
  if (bytes.length > BODY_MAX_BYTES) {
    throw new TroupeError("usage", `a text of ${bytes.length} bytes is too long: the limit is 10 MiB`);
  }
  return { name: sha256(bytes), bytes };
}

/** 64 hex digits. */
export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
