import assert from "node:assert/strict";
import { childrenOf, contentOf, hex, oidOf, readDer, TAGS } from "./der.ts";

const bytes = (digits: string): Uint8Array => Uint8Array.fromHex(digits.replaceAll(" ", ""));

Deno.test("readDer() reads one element after the other", () => {
  const elements = readDer(bytes("020105 0c00 3003020107"));
  assert.deepEqual(elements.map(({ tag, content }) => [tag, hex(content)]), [
    [0x02, "05"],
    [0x0c, ""],
    [0x30, "020107"],
  ]);
  assert.equal(hex(elements[2]?.whole ?? bytes("")), "3003020107");
  assert.deepEqual(readDer(bytes("")), []);
});

Deno.test("readDer() reads long elements", () => {
  for (const length of [127, 128, 255, 256, 65_535, 65_536]) {
    const size = length.toString(16);
    const digits = size.length % 2 === 0 ? size : `0${size}`;
    const header = length < 128 ? digits : `8${digits.length / 2}${digits}`;
    const [element, ...others] = readDer(bytes(`04${header}${"00".repeat(length)}`));
    assert.equal(element?.content.length, length);
    assert.deepEqual(others, []);
  }
});

Deno.test.each([
  { what: "half an element", der: "02" },
  { what: "an element that ends early", der: "020205" },
  { what: "a length that ends early", der: "0482ff" },
  { what: "an open length", der: "30800000" },
  { what: "a length in more bytes than needed", der: "028105" + "00".repeat(5) },
  { what: "a long length that begins with zero", der: "02820080" + "00".repeat(128) },
  { what: "a length of more bytes than anything has", der: "02850100000000" },
  { what: "the longest length", der: "02ffffffffffffff" },
  { what: "a tag of several bytes", der: "1f810100" },
  { what: "something after the last element", der: "02010500" },
])("readDer() refuses $what", ({ der }) => {
  assert.throws(() => readDer(bytes(der)), RangeError);
});

Deno.test("contentOf() and childrenOf() refuse what is something else, or not there", () => {
  const [sequence] = readDer(bytes("3003020105"));
  assert.equal(hex(contentOf(sequence, TAGS.sequence)), "020105");
  assert.deepEqual(childrenOf(sequence).map(({ tag }) => tag), [TAGS.integer]);
  assert.throws(() => contentOf(sequence, TAGS.set), RangeError);
  assert.throws(() => childrenOf(sequence, TAGS.set), RangeError);
  assert.throws(() => contentOf(undefined, TAGS.set), RangeError);
  assert.throws(() => childrenOf(readDer(bytes("300102"))[0]), RangeError);
});

Deno.test.each([
  { der: "0603550403", expected: "2.5.4.3" },
  { der: "06092a864886f70d01010a", expected: "1.2.840.113549.1.1.10" },
  { der: "06032b6570", expected: "1.3.101.112" },
  { der: "06028837", expected: "2.999" },
  { der: "060100", expected: "0.0" },
  { der: "06092b9fffffffffffff7f", expected: "1.3.18014398509481983" },
])("oidOf() reads $expected", ({ der, expected }) => {
  assert.equal(oidOf(readDer(bytes(der))[0]), expected);
});

Deno.test.each([
  { what: "none", der: "0c03550403" },
  { what: "nothing", der: "0600" },
  { what: "one that ends early", der: "06022a86" },
  { what: "an endless one", der: `0621${"2a".repeat(33)}` },
])("oidOf() refuses $what", ({ der }) => {
  assert.throws(() => oidOf(readDer(bytes(der))[0]), RangeError);
});
