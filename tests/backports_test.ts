import assert from "node:assert/strict";
import { backportsOf } from "./backports.ts";

const STANZA = [
  "Types: deb",
  "URIs: https://mirror.example/debian",
  "Suites: bookworm-backports",
  "Components: main",
  "Signed-By: /usr/share/keyrings/some.gpg",
  "",
].join("\n");

const SECURITY = [
  "Types: deb",
  "URIs: https://mirror.example/security",
  "Suites: bookworm-security",
  "Components: main",
];

const RELEASE = [
  "Types: deb",
  "# A remark.",
  "URIs: https://mirror.example/debian",
  "Suites: bookworm bookworm-updates",
  "Components: main",
  "Signed-By: /usr/share/keyrings/some.gpg",
];

Deno.test.each([
  { name: "a stanza", lines: [...SECURITY, "", ...RELEASE, ""] },
  {
    name: "a line",
    lines: [
      "# deb https://other.example/debian bookworm main",
      "deb https://mirror.example/security bookworm-security main",
      "deb [arch=amd64 signed-by=/usr/share/keyrings/some.gpg] https://mirror.example/debian bookworm main",
    ],
  },
])("backportsOf() derives the source from $name", ({ lines }) => {
  assert.equal(backportsOf(lines.join("\n"), "bookworm"), STANZA);
});

Deno.test("backportsOf() keeps a line's source unsigned by itself", () => {
  assert.equal(
    backportsOf("deb https://mirror.example/debian bookworm main contrib\n", "bookworm"),
    "Types: deb\nURIs: https://mirror.example/debian\nSuites: bookworm-backports\n" +
      "Components: main contrib\n",
  );
});

Deno.test.each([
  { name: "another release", text: RELEASE.join("\n"), codename: "trixie" },
  {
    name: "a source that is switched off",
    text: [...RELEASE, "Enabled: no"].join("\n"),
    codename: "bookworm",
  },
  { name: "an empty file", text: "", codename: "bookworm" },
  { name: "no codename", text: RELEASE.join("\n"), codename: "" },
])("backportsOf() derives nothing from $name", ({ text, codename }) => {
  assert.equal(backportsOf(text, codename), undefined);
});
