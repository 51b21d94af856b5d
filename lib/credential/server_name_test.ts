import assert from "node:assert/strict";
import { createCertificate } from "../../tests/certificates.ts";
import { serverName } from "./server_name.ts";

Deno.test.each([
  { dnsNames: ["node1", "node2"], expected: "node1" },
  { dnsNames: ["*.example.com"], expected: "lxd.example.com" },
  { dnsNames: [], ipAddresses: ["10.0.0.1"], expected: "10.0.0.1" },
  { dnsNames: ["node1"], ipAddresses: ["10.0.0.1"], expected: "node1" },
])("serverName() of $dnsNames and $ipAddresses is $expected", async ({ expected, ...names }) => {
  const { certificate } = await createCertificate(names);
  assert.equal(serverName({ pem: certificate }), expected);
});

Deno.test("serverName() of a text that is no certificate is undefined", () => {
  assert.equal(serverName({ pem: "a text" }), undefined);
});
