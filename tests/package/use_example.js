// Runs the example of docs/requirer-library.md, which the test writes beside this file, over the
// installed package: the first hook offers a certificate, and a later one talks to LXD.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import process from "node:process";

const { settle } = await import(new URL("example.ts", import.meta.url).href);
const { databag, trusted } = JSON.parse(readFileSync("given.json", "utf8"));
const make = () => Promise.resolve(trusted);

const first = await settle({}, [], [], make);
assert.deepEqual(JSON.parse(first.changes.client_certificates), [trusted.certificate]);
assert.deepEqual(first.identities, [trusted]);
assert.deepEqual(first.status, ["waiting", "Waiting for each LXD node to trust our certificate"]);

const provider_error = '{"code":"credential-missing","reason":"No credential"}';
const failing = await settle({}, [{ provider_error }], first.identities, make);
assert.deepEqual(failing.status, ["blocked", "No credential"]);

const later = await settle({}, [databag], first.identities, make);
assert.deepEqual(later.identities, [trusted]);
assert.deepEqual([later.status, later.instances], [["active", ""], [[]]]);
process.stdout.write("used\n");
