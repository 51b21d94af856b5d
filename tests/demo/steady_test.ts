import assert from "node:assert/strict";
import { createScreen } from "./screen.ts";
import { createSteady, steadyScreen } from "./steady.ts";

const UUID = "1b891e9f-c1a7-4eca-b021-92b922912c94";

Deno.test("createSteady() gives the same value for the same, and another for another", () => {
  const steady = createSteady();
  const [one = "", other = ""] = ["ef72dd397064", "aa72dd397064"].map(steady);
  assert.notEqual(one, other);
  assert.match(one, /^[0-9a-f]{12}$/);
  assert.equal(
    steady(`lxd-integrator@${UUID}:1:my-charm-0:ef72dd397064`),
    `lxd-integrator@6f1c0a52-0c1b-4a1e-9d56-0e1c6a0a7a11:1:my-charm-0:${one}`,
  );
  assert.equal(steady("my-charm-0-ef72dd397064"), `my-charm-0-${one}`);
  assert.equal(steady("dist/x_arm64.charm exists: 43.5 MB"), "dist/x_amd64.charm exists");
  assert.equal(
    steady("- -----BEGIN CERTIFICATE----- MIIC... (652 characters)"),
    "- -----BEGIN CERTIFICATE----- MIIB... (640 characters)",
  );
  assert.equal(
    steady('"expires_at":"2027-11-28T00:12:27Z"'),
    '"expires_at":"2027-01-01T12:00:00Z"',
  );
});

Deno.test("steadyScreen() sorts the events of members", () => {
  const show = (rows: readonly (readonly string[])[]) => {
    const shown: string[] = [];
    const output = { write: (text: string) => void shown.push(text), isColored: false };
    const header = ["TIME", "MEMBER", "EVENT"];
    steadyScreen(createScreen(output, new AbortController().signal)).table([header, ...rows]);
    return shown.join("");
  };
  const [a, b, c] = [
    ["10:11:12.131", "member2", "certificate-created"],
    ["10:11:12.135", "member1", "certificate-created"],
    ["10:11:12.139", "member1", "certificate-deleted"],
  ] as const;
  assert.equal(show([a, b, c]), show([b, c, a]));
  assert.match(show([a, b, c]), /12:00:00\.000 +member1 +certificate-created\n.*\.025 +member2/);
});
