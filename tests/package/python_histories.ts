/**
 * Writes the contract's table of relation histories as JSON, for the library for Python:
 * `deno run -A tests/package/python_histories.ts`.
 *
 * @module
 */
import { HISTORIES, type History } from "../contract/histories.ts";

/** The file. */
export const HISTORIES_JSON: URL = new URL(
  "../../interfaces/lxd/tests/histories.json",
  import.meta.url,
);

/** Returns the histories of the interface `lxd`, whose requirers the library is for. */
export function historiesOfLxd(): readonly History[] {
  return HISTORIES.filter(({ interfaces }) => interfaces.includes("lxd"));
}

if (import.meta.main) {
  await Deno.writeTextFile(HISTORIES_JSON, `${JSON.stringify(historiesOfLxd(), null, 2)}\n`);
  const formatted = await new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--quiet", HISTORIES_JSON.pathname],
  }).output();
  if (!formatted.success) throw new Error(`Cannot format ${HISTORIES_JSON.pathname}`);
}
