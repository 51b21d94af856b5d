import assert from "node:assert/strict";
import type { Fingerprint } from "../../lib/requirer/certificate.ts";
import { type Change, CHANGE_LINE, renderChange } from "../../lib/trust/change.ts";
import { EXPIRY_LINE, renderExpiring } from "../../lib/trust/expiry.ts";
import { createMark, entryName } from "../../lib/trust/owner.ts";
import { code, tables } from "./markdown.ts";

const TEXT = await Deno.readTextFile(new URL("../../docs/reference-log.md", import.meta.url));
const TABLES = tables(TEXT);

const MARK = createMark("lxd-integrator", "6f1c");
const FINGERPRINT =
  "2274d312f0720f4c0d1b7c1c2d8f2a8e7f2d6f0b1f0f4f1f9d2e6b8a7c5d3e21" as Fingerprint;
const REQUIRER = { relation: "3", name: "my-charm/0" };

/** The rows of the tables whose first column has that header: the code in their first cells. */
function firstsOf(header: string): readonly (readonly string[])[] {
  return TABLES.filter((table) => table.header[0] === header)
    .map(({ rows }) => rows.map(([first = ""]) => code(first)[0] ?? first));
}

function keysOf(lines: readonly string[]): ReadonlySet<string> {
  return new Set(
    lines.flatMap((line) => [...line.matchAll(/ (\w+)=/g)].map(([, key = ""]) => key)),
  );
}

const CHANGE: Change = {
  event: "added",
  fingerprint: FINGERPRINT,
  name: entryName(MARK, REQUIRER, FINGERPRINT),
  projects: ["db", "web"],
};
const CHANGES = [
  CHANGE,
  { ...CHANGE, isOwn: true, projects: null },
  { ...CHANGE, name: entryName(MARK, undefined, FINGERPRINT) },
  { ...CHANGE, name: "lxd-integrator@0000:3:my-charm-0:2274d312f072" },
  { ...CHANGE, projects: Array.from({ length: 999 }, (_, n) => `project-${n}`) },
].map((change) => renderChange(change, MARK));

const EXPIRING = renderExpiring({
  kind: "client",
  fingerprint: FINGERPRINT,
  requirer: "my-charm/0",
  expiresAt: "2026-12-09T10:00:00Z",
  days: 12,
});

Deno.test("docs/reference-log.md lists each line for software", () => {
  assert.deepEqual(firstsOf("Line"), [[CHANGE_LINE, EXPIRY_LINE]]);
});

Deno.test("docs/reference-log.md lists each key of a line, and no other", () => {
  const [changes = [], expiries = []] = firstsOf("Key");
  assert.deepEqual(new Set(changes), keysOf(CHANGES));
  assert.deepEqual(new Set(expiries), keysOf([EXPIRING]));
});

Deno.test("docs/reference-log.md shows lines as the charm writes them", () => {
  for (const line of [CHANGES[0], EXPIRING]) assert.ok(TEXT.includes(`\n${line}\n`), line);
});
