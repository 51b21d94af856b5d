import assert from "node:assert/strict";
import { clientAddress } from "./client_address.ts";

const URL = "https://10.0.0.1:8443";

Deno.test.each([
  { what: "another address", address: "192.0.2.1:8443", expected: "https://192.0.2.1:8443" },
  { what: "another port", address: "10.0.0.1:9443", expected: "https://10.0.0.1:9443" },
  { what: "no port", address: "192.0.2.1", expected: "https://192.0.2.1:8443" },
  { what: "IPv6", address: "[fd42::1]:8443", expected: "https://[fd42::1]:8443" },
  { what: "a name", address: "lxd.example:8443", expected: "https://lxd.example:8443" },
  { what: "the same", address: "10.0.0.1:8443", expected: URL },
  { what: "nothing", address: "", expected: URL },
  ...[":8443", "0.0.0.0:8443", "[::]:8443", "[::]", "0.0.0.0"].map((address) => ({
    what: `every address (${address})`,
    address,
    expected: URL,
  })),
])("clientAddress() gives what clients use, of a member that listens at $what", (each) => {
  const config = { "core.https_address": each.address };
  assert.equal(clientAddress({ config }, URL), each.expected);
});

Deno.test.each([
  { what: "one address", addresses: ["192.0.2.1:8443"], expected: "https://192.0.2.1:8443" },
  { what: "several", addresses: ["192.0.2.1:8443", "198.51.100.1:8443"], expected: URL },
  { what: "none", addresses: null, expected: URL },
])("clientAddress() knows $what where the configuration is hidden", ({ addresses, expected }) => {
  assert.equal(clientAddress({ config: null, environment: { addresses } }, URL), expected);
  assert.equal(clientAddress({ environment: { addresses } }, URL), expected);
});

Deno.test("clientAddress() gives the cluster's own where nothing is known", () => {
  assert.equal(clientAddress({}, URL), URL);
  assert.equal(clientAddress({ config: {}, environment: {} }, URL), URL);
});
