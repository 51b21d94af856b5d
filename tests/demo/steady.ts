/**
 * Replaces what differs from run to run by values of an example, so that two recordings of the
 * demonstration are equal.
 *
 * @module
 */
import { createHash } from "node:crypto";
import type { Rows } from "./layout.ts";
import type { Screen } from "./screen.ts";

/** Returns the value of the example for what was seen. */
type Replace = (seen: string) => string;

const UUID = "6f1c0a52-0c1b-4a1e-9d56-0e1c6a0a7a11";
const HEX_REGEXP = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b[0-9a-f]{12}(?:[0-9a-f]{52})?\b/g;
const UUID_LENGTH = 36;
const EXPIRY = "2027-01-01T12:00:00Z";
const EVENT_MS = 25;

/**
 * Makes a screen that shows values of an example: fingerprints, addresses, times, sizes, and the UUID
 * of the model. The same value gets the same replacement each time.
 *
 * @param screen Where it is shown.
 */
export function steadyScreen(screen: Screen): Screen {
  const steady = createSteady();
  return {
    ...screen,
    heading: (text) => screen.heading(steady(text)),
    say: (text, style) => screen.say(steady(text), style),
    command: (text) => screen.command(steady(text)),
    lines: (lines) => screen.lines(lines.map(steady)),
    table: (rows) => screen.table(steadyEvents(rows.map((row) => row.map(steady)))),
    check: (what, found, expected) => screen.check(steady(what), found, expected),
  };
}

/**
 * Makes a function that replaces the values in a text.
 *
 * @example A fingerprint, whole and shortened
 * ```ts
 * import assert from "node:assert/strict";
 * const steady = createSteady();
 * const [short, long] = ["ab".repeat(6), "ab".repeat(32)].map(steady);
 * assert.equal(long?.slice(0, 12), short);
 * assert.equal(steady("https://127.3.2.1:8443"), "https://10.0.0.1:8443");
 * ```
 */
export function createSteady(): Replace {
  const fingerprint = numbered((number) =>
    createHash("sha256").update(`certificate ${number}`).digest("hex")
  );
  const address = numbered((number) => `10.0.0.${number}`);
  return (text) =>
    text
      .replaceAll(HEX_REGEXP, (hex) =>
        hex.length === UUID_LENGTH ? UUID : fingerprint(hex.slice(0, 12)).slice(0, hex.length))
      .replaceAll(/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\b/g, EXPIRY)
      .replaceAll(/\b127(?:\.\d{1,3}){3}\b/g, address)
      .replaceAll(/(?<=CERTIFICATE----- MII).\.\.\. \(\d+ characters\)/g, "B... (640 characters)")
      .replace(/(?<=\.charm exists): [\d.]+ MB$/, "")
      .replaceAll(/_(?:amd64|arm64)(?=\.charm)/g, "_amd64");
}

/** Numbers values in the order in which they are first seen. */
function numbered(render: (number: number) => string): Replace {
  const seen = new Map<string, string>();
  return (value) => seen.getOrInsertComputed(value, () => render(seen.size + 1));
}

/** Sorts events, which members tell in any order, and gives them times in that order. */
function steadyEvents([header = [], ...rows]: Rows): Rows {
  if (header[0] !== "TIME") return [header, ...rows];
  const sorted = rows.toSorted(([, one, what = ""], [, other, then]) =>
    `${what} ${one}` < `${then} ${other}` ? -1 : 1
  );
  const noon = Date.UTC(2026, 0, 1, 12);
  return [
    header,
    ...sorted.map(([, ...cells], index) => [
      new Date(noon + index * EVENT_MS).toISOString().slice(11, 23),
      ...cells,
    ]),
  ];
}
