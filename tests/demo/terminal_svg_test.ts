import assert from "node:assert/strict";
import { drawTerminal, unstyled } from "./terminal_svg.ts";

const ESCAPE = "\x1b";
const LINES = [
  `${ESCAPE}[36m1.${ESCAPE}[39m ${ESCAPE}[1mLook at <LXD>${ESCAPE}[22m`,
  `  ${ESCAPE}[2m$${ESCAPE}[22m ${ESCAPE}[1mlxc list${ESCAPE}[22m`,
  "  NAME  STATE",
];

const draw = (lines: readonly string[]) =>
  drawTerminal({ title: "A & B", description: "Two", columns: 60, lines });

Deno.test("unstyled() leaves the text", () => {
  assert.deepEqual(LINES.map(unstyled), ["1. Look at <LXD>", "  $ lxc list", "  NAME  STATE"]);
});

Deno.test("drawTerminal() draws each line with its styles, and moves it up from the last row", () => {
  const svg = draw(LINES);
  assert.ok(svg.includes(
    '<tspan class="cyan">1.</tspan> <tspan class="bold">Look at &lt;LXD&gt;</tspan></text>',
  ));
  assert.equal(svg.match(/<text /g)?.length, LINES.length);
  assert.ok(svg.includes("<title>A &amp; B</title>\n<desc>Two</desc>"));
  const [before, ...frames] = Array.from(
    svg.matchAll(/^([\d.]+)% \{ transform: translateY\((-?\d+)px\) \}$/gm),
    ([, time, place]) => [Number(time), Number(place)] as const,
  );
  assert.deepEqual(before, [0, 26 * 18]);
  assert.deepEqual(frames.map(([, place]) => place), [25 * 18, 24 * 18, 23 * 18]);
  assert.deepEqual(
    frames.map(([time]) => time),
    frames.map(([time]) => time).toSorted((a, b) => a - b),
  );
});

Deno.test("drawTerminal() needs no motion, no colors of the page, and nothing from elsewhere", () => {
  const svg = draw(LINES);
  assert.match(svg, /prefers-reduced-motion: reduce\) \{ \.lines \{ animation: none \} \}/);
  assert.match(svg, /<rect class="frame" /);
  assert.doesNotMatch(svg.replace("http://www.w3.org/2000/svg", ""), /http|href|url\(|<script/);
});
