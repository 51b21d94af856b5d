import assert from "node:assert/strict";
import { isWildcard, normaliseEndpoint } from "./endpoint.ts";

Deno.test.each([
  { text: "https://10.0.0.1:8443", expected: "https://10.0.0.1:8443" },
  { text: "  10.0.0.1\n", expected: "https://10.0.0.1:8443" },
  { text: "http://10.0.0.1:80//", expected: "https://10.0.0.1:80" },
  { text: "HTTPS://LXD.Example:08443/", expected: "https://lxd.example:8443" },
  { text: "https://lxd.example:443", expected: "https://lxd.example:443" },
  { text: "node_1-a.lxd", expected: "https://node_1-a.lxd:8443" },
  // The dot says that the name is whole.
  { text: "lxd.example.", expected: "https://lxd.example.:8443" },
  { text: "https://lxd.example.:443/", expected: "https://lxd.example.:443" },
  { text: "::1", expected: "https://[::1]:8443" },
  { text: "fd42:0:0::1", expected: "https://[fd42::1]:8443" },
  { text: "[fd42::1]", expected: "https://[fd42::1]:8443" },
  { text: "https://[FD42::1]:9443/", expected: "https://[fd42::1]:9443" },
  { text: "::ffff:10.0.0.1", expected: "https://[::ffff:a00:1]:8443" },
])("normaliseEndpoint() reads $text as $expected", ({ text, expected }) => {
  assert.equal(normaliseEndpoint(text), expected);
  assert.equal(normaliseEndpoint(expected), expected, "what it writes, it reads as the same");
});

Deno.test.each([
  "",
  "https://",
  "https:///path",
  ":8443",
  "lxd.example:",
  "lxd.example:65536",
  "lxd.example:0",
  "lxd.example:http",
  "lxd.example/1.0",
  "lxd.example?a",
  "user@lxd.example",
  "https://https://lxd.example",
  "unix:///var/lib/lxd/unix.socket",
  "two hosts",
  "-a",
  "a-",
  ".",
  "a..",
  "a.-.",
  "256.0.0.1",
  "[fe80::1%eth0]",
  "[::1",
  "1:2:3",
  // A port alone, which is not the address 0.0.32.251.
  "8443",
].map((text) => ({ text })))("normaliseEndpoint() refuses '$text'", ({ text }) => {
  assert.equal(normaliseEndpoint(text), undefined);
});

Deno.test.each([
  "0.0.0.0",
  "https://0.0.0.0:8443/",
  "0.0:443",
  "::",
  "[::]",
  "[::]:8443",
  "https://[0:0::0]:9443",
  "::ffff:0.0.0.0",
  ":8443",
  "https://:8443",
  "*:8443",
].map((text) => ({ text })))("isWildcard() knows '$text', which is no endpoint", ({ text }) => {
  assert.ok(isWildcard(text));
  assert.equal(normaliseEndpoint(text), undefined);
});

Deno.test.each([
  "10.0.0.0",
  "[::1]:8443",
  "lxd.example",
  "0.0.0.0.example",
  "unix:///x",
  "8443",
  ":lxd",
].map((text) => ({ text })))("isWildcard() says that '$text' is none", ({ text }) => {
  assert.ok(!isWildcard(text));
});
