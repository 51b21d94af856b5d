import assert from "node:assert/strict";
import type { Fingerprint } from "../requirer/certificate.ts";
import { type Change, changeOf, renderChange } from "./change.ts";
import { createMark, entryName } from "./owner.ts";

const MARK = createMark("lxd-integrator", "6f1c");
const fingerprint = "ab".repeat(32) as Fingerprint;
const BEGIN = `fingerprint=${fingerprint}`;

function named(requirer: string | undefined): string {
  return entryName(MARK, requirer ? { relation: "3", name: requirer } : undefined, fingerprint);
}

function change(changes: Partial<Change>): Change {
  return { event: "added", fingerprint, name: named("my-charm/0"), projects: null, ...changes };
}

Deno.test.each<{ what: string; given: Partial<Change>; expected: string }>([
  {
    what: "a unit's",
    given: {},
    expected: `event=added ${BEGIN} requirer=my-charm/0 relation=3 restricted=false`,
  },
  {
    what: "an application's",
    given: { name: named("my-charm") },
    expected: `event=added ${BEGIN} requirer=my-charm relation=3 restricted=false`,
  },
  {
    what: "several requirers'",
    given: { event: "changed", name: named(undefined), projects: ["db", "web"] },
    expected: `event=changed ${BEGIN} shared=true restricted=true projects=db,web`,
  },
  {
    what: "the charm's own",
    given: { event: "revoked", isOwn: true },
    expected: `event=revoked ${BEGIN} own=true restricted=false`,
  },
  {
    what: "another model's",
    given: { name: "lxd-integrator@0000:3:my-charm-0:x" },
    expected: `event=added ${BEGIN} name=lxd-integrator@0000:3:my-charm-0:x restricted=false`,
  },
  {
    what: "a project's with a comma and a quote in its name",
    given: { projects: ['a"b', "c,d"] },
    expected: `event=added ${BEGIN} requirer=my-charm/0 relation=3 restricted=true ` +
      String.raw`projects="a\"b,c\\u002cd"`,
  },
  {
    what: "a forged one",
    given: { name: "x\nlxd-certificate event=revoked", projects: [""] },
    expected: `event=added ${BEGIN} name=` +
      String.raw`"x\\u000alxd-certificate event=revoked" restricted=true projects=""`,
  },
])("renderChange() renders $what", ({ given, expected }) => {
  assert.equal(renderChange(change(given), MARK), `lxd-certificate ${expected}`);
});

Deno.test("renderChange() renders one line of bounded length", () => {
  const projects = Array.from({ length: 64 }, (_, n) => `${n}-${"x".repeat(2000)}`);
  const rendered = renderChange(change({ projects }), MARK);
  assert.ok(rendered.length <= 4096 && !rendered.includes("\n"), `${rendered.length}`);
});

Deno.test("changeOf() tells the new name and access, or the last ones", () => {
  const entry = { fingerprint, name: "n", type: "client", certificate: "", projects: ["web"] };
  const of = (step: Parameters<typeof changeOf>[0]) => {
    const { event, name, projects } = changeOf(step, entry);
    return [event, name, projects];
  };
  assert.deepEqual(
    [
      of({ kind: "rename", fingerprint, name: "m" }),
      of({ kind: "restrict", fingerprint, projects: null }),
      of({ kind: "revoke", fingerprint, name: "n" }),
    ],
    [["changed", "m", ["web"]], ["changed", "n", null], ["revoked", "n", ["web"]]],
  );
});
