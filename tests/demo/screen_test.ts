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

Deno.test("createScreen() shows the work while it waits, and erases the line", async () => {
  const { screen, text } = recorded({ columns: 30, isColored: true });
  const wait = { what: "Waiting", work: () => Promise.resolve(3), now: () => "x".repeat(90) };
  assert.equal(await screen.wait({ ...wait, done: (number) => `Waited for ${number}` }), 3);
  const [, spinner = "", rest = ""] = text().split(`\r${ESCAPE}[K`);
  assert.match(spinner, /Waiting 0\.0 s x+$/);
  // deno-lint-ignore no-control-regex -- Colors take no room.
  assert.ok(spinner.replaceAll(/\x1b\[\d+m/g, "").length < 30);
  assert.equal(rest, `${ESCAPE}[2m  Waited for 3 (0.0 s)${ESCAPE}[22m\n`);
});

Deno.test("createScreen() waits in plain lines without a terminal", async () => {
  const { screen, text } = recorded();
  await screen.wait({ what: "Waiting", work: () => Promise.resolve() });
  assert.equal(text(), "  Waiting (0.0 s)\n");
});

Deno.test("createScreen() waits for the end of the work though its output is closed", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  let writes = 0;
  const write = () => {
    // The work ends once the spinner has turned.
    if (++writes === 3) resolve();
    throw new Deno.errors.BrokenPipe("Broken pipe");
  };
  const screen = createScreen(
    { write, columns: 80, isColored: false },
    new AbortController().signal,
  );
  let isDone = false;
  const work = () => promise.then(() => isDone = true);
  await assert.rejects(screen.wait({ what: "Waiting", work }), Deno.errors.BrokenPipe);
  assert.ok(isDone);
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
