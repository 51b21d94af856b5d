/**
 * Writes DER, the encoding of certificates: the few elements that a self-signed certificate needs.
 *
 * @module
 */
import { TAGS } from "../requirer/der.ts";

const BOOLEAN = 0x01;
const OCTETS = 0x04;
const UTF8 = 0x0c;
const GENERALIZED_TIME = 0x18;

// X.509 writes years until 2049 in another form, with two digits.
const UTC_TIME = 0x17;
const FIRST_LONG_YEAR = 2050;

/**
 * Writes one element.
 *
 * @example An octet string of two bytes
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(element(0x04, Uint8Array.of(1, 2)), Uint8Array.of(4, 2, 1, 2));
 * ```
 *
 * @param tag Its tag.
 * @param parts The parts of its content, in their order.
 */
export function element(tag: number, ...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const content = joined(parts);
  return joined([Uint8Array.of(tag, ...lengthOf(content.length)), content]);
}

/** Writes a sequence of elements. */
export function sequence(...elements: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return element(TAGS.sequence, ...elements);
}

/** Writes an integer that is not negative, from its bytes, the highest first. */
export function integer(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const start = bytes.findIndex((byte) => byte !== 0);
  const digits = start === -1 ? Uint8Array.of(0) : bytes.subarray(start);
  // A first bit that is set would make it negative.
  return element(TAGS.integer, ...(digits[0] ?? 0) < 0x80 ? [] : [Uint8Array.of(0)], digits);
}

/**
 * Writes an object identifier.
 *
 * @example The common name of a subject
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(identifier("2.5.4.3"), Uint8Array.of(6, 3, 0x55, 4, 3));
 * ```
 *
 * @param oid Its numbers with dots between them.
 */
export function identifier(oid: string): Uint8Array<ArrayBuffer> {
  const [first = 0, second = 0, ...others] = oid.split(".").map(Number);
  const bytes = [first * 40 + second, ...others].flatMap((number) => {
    const digits = [number & 0x7f];
    for (let rest = number >>> 7; rest > 0; rest >>>= 7) digits.unshift(0x80 | rest & 0x7f);
    return digits;
  });
  return element(TAGS.oid, Uint8Array.from(bytes));
}

/** Writes a text in UTF-8. */
export function text(value: string): Uint8Array<ArrayBuffer> {
  return element(UTF8, new TextEncoder().encode(value));
}

/** Writes a time as certificates have it, to the second. */
export function time(date: Date): Uint8Array<ArrayBuffer> {
  const digits = `${date.toISOString().replace(/\.\d+Z$/, "").replaceAll(/[-:T]/g, "")}Z`;
  const isLong = date.getUTCFullYear() >= FIRST_LONG_YEAR;
  const encoded = new TextEncoder().encode(isLong ? digits : digits.slice(2));
  return element(isLong ? GENERALIZED_TIME : UTC_TIME, encoded);
}

/** Writes bytes that are not read further. */
export function octets(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return element(OCTETS, bytes);
}

/** Writes a string of bits whose number is a multiple of 8, unless some at its end are unused. */
export function bits(bytes: Uint8Array, unused = 0): Uint8Array<ArrayBuffer> {
  return element(TAGS.bits, Uint8Array.of(unused), bytes);
}

/** The value true. */
export const TRUE: Uint8Array<ArrayBuffer> = element(BOOLEAN, Uint8Array.of(0xff));

function lengthOf(length: number): readonly number[] {
  if (length < 0x80) return [length];
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest >>>= 8) bytes.unshift(rest & 0xff);
  return [0x80 | bytes.length, ...bytes];
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let start = 0;
  for (const part of parts) {
    whole.set(part, start);
    start += part.length;
  }
  return whole;
}
