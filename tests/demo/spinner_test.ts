import assert from "node:assert/strict";

const SPINNER = new URL("spinner.ts", import.meta.url).href;
const FRAMES = 5;

/** A program whose main thread is busy until the spinner has been drawn a number of times. */
const BUSY = `
import { startSpinner } from ${JSON.stringify(SPINNER)};
const spinner = startSpinner({ what: "Counting to a hundred", width: 20, isColored: false });
spinner.show("x");
spinner.drawn(${FRAMES});
await spinner.end();
console.log("done");
`;

Deno.test("startSpinner() goes on while the thread is busy, and erases its line", async () => {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--ext=ts", BUSY],
    stdin: "null",
  }).output();
  const [shown = "", wrong] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  assert.equal(code, 0, wrong);
  const parts = shown.split("\r\x1b[K");
  assert.equal(parts.shift(), "");
  assert.equal(parts.pop(), "done\n");
  assert.ok(parts.length >= FRAMES, shown);
  // The text is cut, so that the terminal does not break the line.
  for (const part of parts) assert.match(part, /^ {2}[\u2800-\u28ff] Counting to a h$/);
  assert.ok(new Set(parts).size > 1, "it turns");
});
