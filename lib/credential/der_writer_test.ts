import assert from "node:assert/strict";
import { contentOf, oidOf, readDer, TAGS } from "../requirer/der.ts";
import { element, identifier, integer, octets } from "./der_writer.ts";

Deno.test.each([0, 1, 127, 128, 255, 256, 65_535, 65_536])(
  "element() writes a content of %d bytes, as readDer() reads it",
  (length) => {
    const content = new Uint8Array(length).fill(7);
    const written = octets(content);
    const [read, ...others] = readDer(written);
    assert.deepEqual([read?.content, others], [content, []]);
  },
);

Deno.test.each(["1.2.840.10045.4.3.3", "2.5.29.37", "1.3.6.1.5.5.7.3.2", "1.3.101.112"])(
  "identifier() writes %s, as oidOf() reads it",
  (oid) => {
    assert.equal(oidOf(readDer(identifier(oid))[0]), oid);
  },
);

Deno.test.each([
  { bytes: [0], content: [0] },
  { bytes: [0, 0, 5], content: [5] },
  { bytes: [0x80], content: [0, 0x80] },
  { bytes: [0x7f, 0xff], content: [0x7f, 0xff] },
])("integer() writes $bytes in the shortest form that is not negative", ({ bytes, content }) => {
  const [read] = readDer(integer(Uint8Array.from(bytes)));
  assert.deepEqual([...contentOf(read, TAGS.integer)], content);
});

Deno.test("element() joins the parts of its content", () => {
  const written = element(TAGS.sequence, Uint8Array.of(1), new Uint8Array(), Uint8Array.of(2, 3));
  assert.deepEqual([...written], [0x30, 3, 1, 2, 3]);
});
