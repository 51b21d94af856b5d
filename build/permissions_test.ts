import assert from "node:assert/strict";
import {
  parsePermissionSets,
  permissionFlags,
  type PermissionSet,
  permissionSetOf,
} from "./permissions.ts";

const CASES: readonly {
  readonly name: string;
  readonly set: PermissionSet;
  readonly flags: readonly string[];
}[] = [
  { name: "nothing", set: {}, flags: ["--deny-import"] },
  {
    name: "false and empty lists as nothing",
    set: { net: false, run: [], import: [], env: { allow: [], deny: false } },
    flags: ["--deny-import"],
  },
  {
    name: "true as all of a kind",
    set: { net: true, import: true },
    flags: ["--allow-import", "--allow-net"],
  },
  {
    name: "lists",
    set: {
      env: ["JUJU_*", "PATH"],
      run: ["status-set", "/bin/true"],
      read: ["/etc"],
      sys: ["hostname"],
    },
    flags: [
      "--allow-read=/etc",
      "--deny-import",
      "--allow-env=JUJU_*,PATH",
      "--allow-run=status-set,/bin/true",
      "--allow-sys=hostname",
    ],
  },
  {
    name: "allow, deny and ignore",
    set: {
      env: { allow: true, deny: ["HOME"], ignore: ["USER"] },
      net: { deny: true },
    },
    flags: [
      "--deny-import",
      "--allow-env",
      "--deny-env=HOME",
      "--ignore-env=USER",
      "--deny-net",
    ],
  },
  {
    name: "all, less what is listed",
    set: { all: true, read: false, run: ["ls"], import: false, write: false },
    flags: [
      "--deny-import",
      "--allow-env",
      "--allow-net",
      "--allow-run=ls",
      "--allow-ffi",
      "--allow-sys",
    ],
  },
];

Deno.test.each(CASES)("permissionFlags() translates $name", (given) => {
  assert.deepEqual(permissionFlags("start", given.set), given.flags);
});

Deno.test.each([
  { set: { read: ["./x"] }, what: 'read "./x"', why: "it is a relative path" },
  {
    set: { run: ["bin/x"] },
    what: 'run "bin/x"',
    why: "it is a relative path",
  },
  { set: { env: ["A,B"] }, what: 'env "A,B"', why: "it has a comma" },
])("permissionFlags() refuses $what", ({ set, what, why }) => {
  assert.throws(() => permissionFlags("start", set), {
    name: "BuildError",
    message: `Cannot grant ${what} of the permissions "start": ${why}`,
  });
});

Deno.test.each([
  { text: "#!/usr/bin/env -S deno run -P=a-b\n\nrun();\n", name: "a-b" },
  { text: "#!/usr/bin/env -S deno run -A\n", name: undefined },
  { text: "#!/usr/bin/env -S deno run -P=\n", name: undefined },
  { text: "#!/usr/bin/env -S deno run -P=a -A\n", name: undefined },
  { text: "\n#!/usr/bin/env -S deno run -P=a\n", name: undefined },
  { text: "", name: undefined },
])("permissionSetOf() reads $name from $text", ({ text, name }) => {
  assert.equal(permissionSetOf(text), name);
});

Deno.test("parsePermissionSets() reads deno.json", () => {
  assert.deepEqual(parsePermissionSets({ imports: {} }), {});
  const permissions = { start: { env: ["JUJU_*"], net: { deny: true } } };
  assert.deepEqual(parsePermissionSets({ permissions }), permissions);
});

Deno.test("parsePermissionSets() refuses a kind that Deno does not know", () => {
  const permissions = { start: { evn: true } };
  assert.throws(() => parsePermissionSets({ permissions }), {
    name: "BuildError",
    message: "Cannot read deno.json: malformed: permissions.start",
  });
});
