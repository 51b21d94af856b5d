import assert from "node:assert/strict";
import type { Fingerprint } from "../requirer/certificate.ts";
import { byteLength, MAXIMUM_LINE } from "../requirer/line.ts";
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

/** Reads a line as software does: a value ends at a space, or at the quote after it. */
function parse(text: string): Readonly<Record<string, string>> {
  const [, pairs = ""] = text.match(/^lxd-certificate((?: \w+=(?:[^\s"]*|"(?:[^"\\]|\\.)*"))+)$/) ??
    [];
  assert.ok(pairs, `${text.slice(0, 200)} ... ${text.slice(-200)}`);
  return Object.fromEntries(
    [...pairs.matchAll(/ (\w+)=("(?:[^"\\]|\\.)*"|[^\s"]*)/g)].map(([, key = "", value = ""]) =>
      [key, value.startsWith('"') ? JSON.parse(value) : value] as const
    ),
  );
}

Deno.test.each([
  { what: "long", letter: "x" },
  { what: "in need of escapes", letter: '"' },
  { what: "invisible", letter: "\u{e0041}" },
  { what: "of several bytes", letter: "\u00fc" },
])("renderChange() renders a whole line below the limit, though names are $what", ({ letter }) => {
  const long = letter.repeat(2000);
  const projects = Array.from({ length: 64 }, (_, n) => `${n}-${long}`);
  const rendered = renderChange(change({ name: long, projects }), MARK);
  assert.ok(byteLength(rendered) < MAXIMUM_LINE, `${byteLength(rendered)}`);
  const { projects: shown = "", more_projects: more, name } = parse(rendered);
  assert.equal(shown.split(",").length + Number(more), 64);
  assert.ok(name?.endsWith("..."));
});

Deno.test("renderChange() names all projects if there is room", () => {
  const projects = Array.from({ length: 64 }, (_, n) => `project-${n}-${"x".repeat(30)}`);
  const pairs = parse(renderChange(change({ projects }), MARK));
  assert.deepEqual([pairs["projects"]?.split(","), pairs["more_projects"]], [projects, undefined]);
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
