import assert from "node:assert/strict";
import { createCertificate, type TestCertificate } from "../certificates.ts";
import { type DemoLxd, findBackend, standIn } from "./backend.ts";
import { FILE, record } from "./record.ts";
import { CheckError, createScreen } from "./screen.ts";
import { runDemo } from "./run.ts";

const MAIN = new URL("main.ts", import.meta.url).pathname;
const UUID = "[0-9a-f-]{36}";

// Lines of the output, in this order.
const KEY_LINES = [
  /^This runs on a real LXD/,
  /^1\. Build the charm, and a charm that wants to talk to LXD$/,
  /^ {2}\u2713 dist\/lxd-integrator_\w+\.charm exists: /,
  /^ {2}\u2713 dist\/my-charm_\w+\.charm exists: /,
  /^2\. Start a cluster of 3 LXDs$/,
  /^ {2}\$ lxc cluster list$/,
  /^ {2}member3 .* Online$/,
  /^ {2}\$ juju deploy \.\/dist\/lxd-integrator_\w+\.charm$/,
  /^ {2}lxd-integrator\/0\* +blocked +idle +Missing .* juju trust lxd-integrator$/,
  /^ {2}\u2713 The charm is blocked, and its status names the remedy$/,
  /^ {2}\$ juju trust lxd-integrator$/,
  /^ {2}Juju runs 2 hooks \(\d+\.\d s\)$/,
  /^ {2}unit-lxd-integrator-0: ran "config-changed" hook$/,
  /^ {2}lxd-integrator\/0\* +active +idle +LXD 5\.0\.2: 3 nodes, 0 certificates$/,
  /^ {2}\$ juju deploy \.\/dist\/my-charm_\w+\.charm$/,
  /^ {2}\$ juju integrate lxd-integrator:api my-charm:lxd$/,
  /^ {4}- -----BEGIN CERTIFICATE----- MII[A-Z]\.\.\. \(\d+ characters\)$/,
  /^ {4}- .*"name":"member3","trusted_certs_fp":\["[0-9a-f]{12}\.\.\."\]/,
  new RegExp(`^ {2}client +lxd-integrator@${UUID}:1:my-charm-0:([0-9a-f]{12}) +\\1$`),
  /^6\. See what my-charm does in LXD, with its own certificate$/,
  /^ {2}unit-my-charm-0: Created and deleted the instance my-charm-0-\w{12} of default on member1$/,
  /^ {2}unit-my-charm-0: Created and deleted the instance my-charm-0-\w{12} of default on member2$/,
  /^ {2}unit-my-charm-0: Created and deleted the instance my-charm-0-\w{12} of default on member3$/,
  /^ {2}my-charm\/0\* +active +idle +3 nodes, certificate \w{12}$/,
  /^7\. Rotate my-charm's certificate$/,
  /^ {2}\$ juju run my-charm\/0 rotate$/,
  /^ {2}unit-lxd-integrator-0: ran "api-relation-changed" hook$/,
  /^ {2}\$ lxc monitor --type lifecycle {4}# meanwhile$/,
  /^ {2}\d\d:\d\d:\d\d\.\d{3} +member\d +certificate-created +new$/,
  /^ {2}\d\d:\d\d:\d\d\.\d{3} +member\d +certificate-deleted +old$/,
  /^ {2}\u2713 An overlap: each member trusted the new certificate before it dropped the old one$/,
  /^ {2}unit-my-charm-0: Created and deleted the instance my-charm-0-\w{12} of default on member3$/,
  /^ {2}\$ juju deploy \.\/dist\/my-charm_\w+\.charm other-charm$/,
  /^ {2}\$ juju integrate lxd-integrator:api other-charm:lxd$/,
  new RegExp(`^ {2}client +lxd-integrator@${UUID}:2:other-charm-0:([0-9a-f]{12}) +\\1$`),
  /^ {2}unit-other-charm-0: Created and deleted the instance other-charm-0-\w{12} of default on member3$/,
  /^ {2}\$ juju remove-relation lxd-integrator:api my-charm:lxd$/,
  /^ {2}member1 .* untrusted$/,
  /^ {2}member2 .* untrusted$/,
  /^ {2}member3 .* untrusted$/,
  /^ {2}\u2713 To each member, other-charm is trusted$/,
  /^ {2}my-charm\/0\* +blocked +idle +Missing LXD: /,
  /^ {2}\$ juju remove-application lxd-integrator$/,
  /^ {2}\u2713 The trust store is the same as before$/,
  /^All checks passed: \d+ in \d+\.\d s\.$/,
];

Deno.test("demo: shows every step on a real cluster", async () => {
  const { code, stderr, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", MAIN],
    stdin: "null",
  }).output();
  const [shown, wrong] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  assert.equal(code, 0, `${shown}${wrong}`);
  assert.ok(shown !== undefined);
  const lines = shown.split("\n");
  let from = 0;
  for (const expected of KEY_LINES) {
    const found = lines.findIndex((line, index) => index >= from && expected.test(line));
    assert.notEqual(found, -1, `${expected} is missing below line ${from} of:\n${shown}`);
    from = found + 1;
  }
  assert.doesNotMatch(shown, /PRIVATE KEY/);
  // Without a terminal there is neither a color nor a spinner.
  // deno-lint-ignore no-control-regex -- The test searches for it.
  assert.doesNotMatch(shown, /[\x1b\r]/);
});

Deno.test("demo: fits into 60 columns, and docs/demo.svg is a recording of it", async () => {
  const { lines, svg } = await record(await findBackend());
  assert.match(lines[0] ?? "", /^This runs on a real LXD/);
  assert.deepEqual(lines.filter((line) => line.length > 60), []);
  assert.ok(lines.includes("  \u2713 An overlap: each member trusted the new certificate"));
  assert.equal(await Deno.readTextFile(FILE), svg, 'run "deno task record"');
});

Deno.test("demo: fails if the trust store differs at the end", async () => {
  const stranger = await createCertificate();
  const shown: string[] = [];
  const output = { write: (text: string) => void shown.push(text), isColored: false };
  const backend = standIn("This runs on a stand-in with an intruder.");
  const start = async (members: number) => tamper(await backend.start(members), stranger);
  await assert.rejects(
    runDemo(createScreen(output, new AbortController().signal), { ...backend, start }),
    new CheckError("The trust store is the same as before"),
  );
  const text = shown.join("");
  assert.match(text, /\u2713 Each charm has its own entry\n/);
  assert.match(text, /\u2717 The trust store is the same as before\n +expected: \[/);
  assert.match(text, new RegExp(`'client "from nowhere" ${stranger.fingerprint}'`));
  assert.doesNotMatch(text, /PRIVATE KEY/);
});

/** Adds a foreign entry once the charm has an entry. */
function tamper(lxd: DemoLxd, { certificate }: TestCertificate): DemoLxd {
  let isDone = false;
  return {
    ...lxd,
    trustStore: async () => {
      const store = await lxd.trustStore();
      if (isDone || !store.some(({ name }) => name.startsWith("lxd-integrator@"))) return store;
      isDone = true;
      await lxd.trust(certificate, { name: "from nowhere" });
      return store;
    },
  };
}

Deno.test("demo: ends at an interruption, and ends its LXD", async () => {
  const aborter = new AbortController();
  let ended = 0;
  const output = {
    write: (text: string) => {
      if (text.includes("juju trust lxd-integrator\n")) aborter.abort();
    },
    isColored: false,
  };
  const backend = standIn("This runs on a stand-in, until it is interrupted.");
  const start = async (members: number) => {
    const lxd = await backend.start(members);
    const end = () => (ended++, lxd[Symbol.asyncDispose]());
    return { ...lxd, [Symbol.asyncDispose]: end };
  };
  const screen = createScreen(output, aborter.signal);
  await assert.rejects(runDemo(screen, { ...backend, start }), { name: "AbortError" });
  assert.equal(ended, 1);
});
