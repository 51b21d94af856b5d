/**
 * The names in certificates, of whose they are and of who signed them.
 *
 * @module
 */
import type { Certificate } from "./certificate.ts";
import { childrenOf, type DerElement, hex, oidOf, TAGS } from "./der.ts";
import { attempt, readX509 } from "./x509.ts";

/** One attribute of a name. */
interface Attribute {
  /** Which one: an object identifier. */
  readonly oid: string;
  /** Its value. */
  readonly value: DerElement;
}

const COMMON_NAME = "2.5.4.3";

const UTF8 = 12;
const UNIVERSAL = 28;
const BMP = 30;
// NumericString, PrintableString, TeletexString and IA5String, which OpenSSL all takes for Latin-1.
const LATIN1 = [18, 19, 20, 22];

/**
 * Reads the common name of a certificate, as OpenSSL does and so pyOpenSSL: the first one, in UTF-8.
 *
 * @param certificate A certificate.
 * @returns The name; null where the subject has none, undefined where it cannot be read.
 */
export function commonName(certificate: Certificate): string | null | undefined {
  return attempt(() => {
    const attributes = attributesOf(readX509(certificate)?.subject).flat();
    const found = attributes.find(({ oid }) => oid === COMMON_NAME);
    return found ? textOf(found.value) : null;
  });
}

/**
 * Writes a name so that it can be compared: two names are the same if they differ in the kind of
 * their texts, in white space and in the case of letters only.
 *
 * @param name The name.
 * @returns A text that is the same for the same names.
 */
export function comparable(name: DerElement): string {
  const texts = attempt(() =>
    attributesOf(name).map((set) => set.map(({ oid, value }) => [oid, plain(value)].join()).sort())
  );
  return JSON.stringify(texts ?? hex(name.whole));
}

function attributesOf(name: DerElement | undefined): readonly (readonly Attribute[])[] {
  return childrenOf(name).map((set) =>
    childrenOf(set, TAGS.set).map((attribute) => {
      const [oid, value] = childrenOf(attribute);
      if (!value) throw new RangeError("Cannot read a name: an attribute has no value");
      return { oid: oidOf(oid), value };
    })
  );
}

function plain(value: DerElement): string {
  const text = textOf(value);
  if (text === undefined) return `#${hex(value.whole)}`;
  return text.trim().replaceAll(/\s+/g, " ").toLowerCase();
}

function textOf({ tag, content }: DerElement): string | undefined {
  if (LATIN1.includes(tag)) return fromCodes(content);
  switch (tag) {
    case UTF8:
      return attempt(() =>
        new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(content)
      );
    case BMP:
      return fromWide(content, 2);
    case UNIVERSAL:
      return fromWide(content, 4);
    default:
      return undefined;
  }
}

function fromWide(content: Uint8Array, width: number): string | undefined {
  if (content.length % width !== 0) return undefined;
  const codes = Array.from(
    { length: content.length / width },
    (_, index) =>
      content.subarray(index * width, (index + 1) * width)
        .reduce((code, byte) => code * 256 + byte, 0),
  );
  const isText = codes.every((code) => code <= 0x10ffff && (code < 0xd800 || code > 0xdfff));
  return isText ? fromCodes(codes) : undefined;
}

function fromCodes(codes: Iterable<number>): string {
  return Array.from(codes, (code) => String.fromCodePoint(code)).join("");
}
