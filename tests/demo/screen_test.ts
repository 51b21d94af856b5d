import assert from "node:assert/strict";
import { CheckError, createScreen, type Output } from "./screen.ts";

const ESCAPE = "\x1b";

function recorded(options: Omit<Output, "write"> = { isColored: false }) {
  const aborter = new AbortController();
  const shown: string[] = [];
  const output = { ...options, write: (text: string) => void shown.push(text), now: () => 0 };
  return { aborter, screen: createScreen(output, aborter.signal), text: () => shown.join("") };
}

Deno.test("createScreen() numbers steps, aligns tables and shows checks", () => {
  const { screen, text } = recorded();
  screen.heading("Look");
  screen.command("lxc list");
  screen.table([["NAME", "STATE"], ["member10", "Online"]]);
  screen.check("It is online", ["Online"], ["Online"]);
  assert.equal(
    text(),
    "\n1. Look\n  $ lxc list\n  NAME      STATE\n  member10  Online\n  \u2713 It is online\n",
  );
  assert.equal(screen.checks(), 1);
});

Deno.test("createScreen() shows the expected and the found value", () => {
  const { screen, text } = recorded();
  assert.throws(() => screen.check("It is online", "Offline", "Online"), CheckError);
  assert.equal(
    text(),
    "  \u2717 It is online\n      expected: 'Online'\n      found:    'Offline'\n",
  );
  assert.equal(screen.checks(), 0);
});

Deno.test("createScreen() shows the work while it waits, and then its result", async () => {
  const calls: string[] = [];
  const parts = Promise.withResolvers<void>();
  const { screen, text } = recorded({
    columns: 30,
    isColored: true,
    spinner: ({ what, width }) => {
      calls.push(`${what} in ${width} columns`);
      return {
        show: (part) => {
          calls.push(part);
          parts.resolve();
        },
        drawn: () => {},
        end: () => Promise.resolve(void calls.push("end")),
      };
    },
  });
  const work = async () => {
    await parts.promise;
    return 3;
  };
  const done = (number: number) => `Waited for ${number}`;
  assert.equal(await screen.wait({ what: "Waiting", work, now: () => "a part", done }), 3);
  assert.deepEqual([...new Set(calls)], ["Waiting in 30 columns", "a part", "end"]);
  assert.equal(text(), `  ${ESCAPE}[2mWaited for 3 (0.0 s)${ESCAPE}[22m\n`);
});

Deno.test("createScreen() breaks lines to fit into 60 columns", () => {
  const { screen, text } = recorded({ columns: 60, isColored: false });
  screen.say("A model in this process replaces Juju: it runs the charm's hooks as Juju does.");
  screen.heading("See what my-charm does in LXD, with its own certificate, and more");
  screen.command("for m in member1 member2 member3; do LXD_CONF=my-charm lxc query $m:/1.0; done");
  screen.command("juju show-unit lxd-integrator/0 --endpoint api    # my-charm/0 asks");
  screen.lines([`  - {"endpoint":"https://127.162.201.1:8443","name":"member1","x":"0123456789"}`]);
  screen.check(
    "LXD trusts its members, Juju and someone else, and has no entry of the charm",
    1,
    1,
  );
  const expected = [
    "A model in this process replaces Juju: it runs the charm's",
    "hooks as Juju does.",
    "",
    "1. See what my-charm does in LXD, with its own certificate,",
    "   and more",
    "  $ for m in member1 member2 member3; do LXD_CONF=my-charm",
    "    lxc query $m:/1.0; done",
    "  $ juju show-unit lxd-integrator/0 --endpoint api",
    "    # my-charm/0 asks",
    '    - {"endpoint":"https://127.162.201.1:8443","name":',
    '      "member1","x":"0123456789"}',
    "  \u2713 LXD trusts its members, Juju and someone else, and has",
    "    no entry of the charm",
  ];
  assert.equal(text(), `${expected.join("\n")}\n`);
});

Deno.test("createScreen() breaks cells of a table to fit into 60 columns", () => {
  const { screen, text } = recorded({ columns: 60, isColored: false });
  const uuid = "1b891e9f-c1a7-4eca-b021-92b922912c94";
  const message = "Missing credentials access; grant with: juju trust lxd-integrator";
  screen.table([
    ["Unit", "Workload", "Agent", "Message"],
    ["lxd-integrator/0*", "blocked", "idle", message],
  ]);
  screen.table([
    ["TYPE", "NAME", "FINGERPRINT"],
    ["client", `lxd-integrator@${uuid}:1:my-charm-0:ef72dd397064`, "ef72dd397064"],
  ]);
  const expected = [
    "  Unit               Workload  Agent  Message",
    "  lxd-integrator/0*  blocked   idle   Missing credentials",
    "                                      access; grant with:",
    "                                      juju trust",
    "                                      lxd-integrator",
    "  TYPE    NAME                                  FINGERPRINT",
    "  client  lxd-integrator@1b891e9f-c1a7-4eca-    ef72dd397064",
    "          b021-92b922912c94:1:my-charm-0:",
    "          ef72dd397064",
  ];
  assert.equal(text(), `${expected.join("\n")}\n`);
});

Deno.test("createScreen() waits in plain lines without a terminal", async () => {
  const { screen, text } = recorded();
  await screen.wait({ what: "Waiting", work: () => Promise.resolve() });
  assert.equal(text(), "  Waiting (0.0 s)\n");
});

Deno.test("createScreen() waits for the end of the work though its output is closed", async () => {
  const write = () => {
    throw new Deno.errors.BrokenPipe("Broken pipe");
  };
  const screen = createScreen({ write, isColored: false }, new AbortController().signal);
  let isDone = false;
  const work = () => Promise.resolve().then(() => isDone = true);
  await assert.rejects(screen.wait({ what: "Waiting", work }), Deno.errors.BrokenPipe);
  assert.ok(isDone);
});

Deno.test("createScreen() ends the spinner at an interruption, before the work ends", async () => {
  const ended = Promise.withResolvers<void>();
  const end = () => Promise.resolve(ended.resolve());
  const spinner = () => ({ show: () => {}, drawn: () => {}, end });
  const { aborter, screen } = recorded({ columns: 80, isColored: false, spinner });
  const work = () => {
    aborter.abort();
    return ended.promise;
  };
  await assert.rejects(screen.wait({ what: "Waiting", work }), { name: "AbortError" });
});

Deno.test("createScreen() throws after an interruption", async () => {
  const { aborter, screen, text } = recorded();
  aborter.abort();
  assert.throws(() => screen.say("more"), { name: "AbortError" });
  await assert.rejects(
    screen.wait({ what: "Waiting", work: () => assert.fail("the work does not begin") }),
    { name: "AbortError" },
  );
  assert.equal(text(), "");
});
