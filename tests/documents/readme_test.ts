import assert from "node:assert/strict";
import { parse } from "yaml";
import { renderStatuses } from "../../build/reference_statuses.ts";
import { code, tables } from "./markdown.ts";

const ROOT = new URL("../../", import.meta.url);
const README = tables(await Deno.readTextFile(new URL("README.md", ROOT)));

const ELLIPSIS = "\u2026";

const STATUSES = rows("Status").map(([status = "", begins = ""]) => ({
  status,
  begins: code(begins)[0] ?? "",
}));

Deno.test("the README lists each option of charmcraft.yaml, and no other", async () => {
  const { config } = parse(await Deno.readTextFile(new URL("charmcraft.yaml", ROOT)));
  const listed = rows("Option").map(([option = ""]) => code(option)[0]);
  assert.deepEqual(listed.sort(), Object.keys(config.options).sort());
});

// docs/reference-statuses.md has all of them, with what to do.
Deno.test.each(STATUSES)("the charm has the README's status $status: $begins", (row) => {
  assert.ok(renderStatuses().some((status) => matches(row, status)));
});

type Row = (typeof STATUSES)[number];

/** Whether a row describes a status: in the README, an ellipsis stands for any text. */
function matches({ status, begins }: Row, actual: { status: string; message: string }): boolean {
  const pattern = begins.split(ELLIPSIS).map(RegExp.escape).join(".*");
  return status === actual.status && new RegExp(`^${pattern}`).test(actual.message);
}

/** The rows of all tables of the README whose first column has that header. */
function rows(header: string): readonly (readonly string[])[] {
  const found = README.filter((table) => table.header[0] === header);
  assert.notEqual(found.length, 0, `The README has no table of "${header}"`);
  return found.flatMap((table) => table.rows);
}
