/**
 * Reads some keys of a databag from the output of `relation-get`, and keeps nothing else of it. Whoever
 * writes the databag decides how long the output is: Juju takes 16 MB, and JSON may make 100 MB of that.
 *
 * @module
 */
import { LIMITS, TOO_LONG } from "../requirer/limits.ts";

/** Reads an output, chunk by chunk. */
export interface Sieve {
  /** Takes the next chunk. */
  readonly push: (chunk: Uint8Array) => void;
  /** Returns JSON of the wanted keys; an empty text if the output was no JSON object of texts. */
  readonly end: () => string;
}

type Part = "start" | "opened" | "key" | "colon" | "value" | "comma" | "closed" | "wrong";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const WHITE_SPACE = [0x20, 0x0a, 0x0d, 0x09];
// The longest escape is `\u0000`.
const ESCAPE_LENGTH = 6;
// Longer keys are of no interface.
const MAXIMUM_KEY_LENGTH = 64;

/** The part that a character leads to, from another part. */
const MARKS: ReadonlyMap<number, Readonly<Partial<Record<Part, Part>>>> = new Map(
  Object.entries(
    {
      "{": { start: "opened" },
      ":": { key: "colon" },
      ",": { value: "comma" },
      "}": { opened: "closed", value: "closed" },
    } as const,
  ).map(([character, parts]) => [character.charCodeAt(0), parts]),
);

/**
 * Makes a sieve. A text over the limit of a databag's key gives way to {@linkcode TOO_LONG}.
 *
 * @example One key of two
 * ```ts
 * import assert from "node:assert/strict";
 * const sieve = createSieve(["a"]);
 * sieve.push(new TextEncoder().encode('{"a":"1","b":"2"}'));
 * assert.equal(sieve.end(), '{"a":"1"}');
 * ```
 *
 * @param keys The wanted keys.
 * @throws {SyntaxError} From `push`, if a wanted text is no JSON.
 */
export function createSieve(keys: readonly string[]): Sieve {
  const found = new Map<string, string>();
  const text = createText();
  let part: Part = "start";
  let key: string | undefined;
  const open = (): void => {
    if (part === "opened" || part === "comma") text.open(MAXIMUM_KEY_LENGTH);
    else if (part === "colon") text.open(key === undefined ? 0 : LIMITS.text);
    else part = "wrong";
  };
  const close = (): void => {
    if (part !== "colon") {
      key = keys.find((key) => key === text.read());
      part = "key";
      return;
    }
    if (key !== undefined) found.set(key, text.read() ?? TOO_LONG);
    part = "value";
  };
  const push = (chunk: Uint8Array): void => {
    for (let at = 0; at < chunk.length && part !== "wrong"; at++) {
      const byte = chunk[at] ?? 0;
      if (text.isOpen()) {
        at = text.push(chunk, at);
        if (!text.isOpen()) close();
      } else if (byte === QUOTE) {
        open();
      } else if (!WHITE_SPACE.includes(byte)) {
        part = MARKS.get(byte)?.[part] ?? "wrong";
      }
    }
  };
  return {
    push,
    end: () => part === "closed" ? JSON.stringify(Object.fromEntries(found)) : "",
  };
}

/** Reads one text after the other. */
interface Text {
  /** Begins a text. One of more than `maximum` UTF-16 code units is not kept. */
  readonly open: (maximum: number) => void;
  /** Whether a text has begun, and its closing quote is still to come. */
  readonly isOpen: () => boolean;
  /** Reads a chunk from an index on. Returns the index of the closing quote, or the chunk's length. */
  readonly push: (chunk: Uint8Array, from: number) => number;
  /** Returns the text; undefined if it is too long. */
  readonly read: () => string | undefined;
}

const NOTHING = new Uint8Array();

function createText(): Text {
  const decoder = new TextDecoder();
  let [isOpen, isEscaped, longest] = [false, false, 0];
  let rest: Uint8Array = NOTHING;
  let text: string | undefined;
  const keep = (bytes: Uint8Array): void => {
    const raw = decoder.decode(bytes, { stream: isOpen });
    // Most texts have no escapes.
    text += raw.includes("\\") ? JSON.parse(`"${raw}"`) : raw;
    if (text !== undefined && text.length > longest) text = undefined;
    // What was decoded so far must not begin the next text.
    if (text === undefined) decoder.decode();
  };
  return {
    open: (maximum) => {
      [isOpen, isEscaped, longest, rest] = [true, false, maximum, NOTHING];
      text = maximum === 0 ? undefined : "";
    },
    isOpen: () => isOpen,
    push: (chunk, from) => {
      let at = from;
      let escape = rest.length > 0 ? from - rest.length : from - ESCAPE_LENGTH;
      for (; at < chunk.length; at++) {
        const byte = chunk[at];
        if (isEscaped) {
          isEscaped = false;
        } else if (byte === BACKSLASH) {
          isEscaped = true;
          escape = at;
        } else if (byte === QUOTE) break;
      }
      isOpen = at === chunk.length;
      if (text === undefined) return at;
      const bytes = joinBytes(rest, chunk.subarray(from, at));
      // The next chunk may hold the rest of an escape.
      const isCut = isOpen && at - escape < ESCAPE_LENGTH;
      const end = isCut ? bytes.length - (at - escape) : bytes.length;
      keep(bytes.subarray(0, end));
      rest = bytes.slice(end);
      return at;
    },
    read: () => text,
  };
}

function joinBytes(first: Uint8Array, second: Uint8Array): Uint8Array {
  if (first.length === 0) return second;
  const joined = new Uint8Array(first.length + second.length);
  joined.set(first);
  joined.set(second, first.length);
  return joined;
}
