/**
 * DER, the encoding of certificates, read strictly: what another reader might take otherwise is
 * refused.
 *
 * @module
 */

/** One element of DER. */
export interface DerElement {
  /** Its tag, which says what it is. */
  readonly tag: number;
  /** What is in it. */
  readonly content: Uint8Array;
  /** All of it, with tag and length. */
  readonly whole: Uint8Array;
}

/** Tags of the elements that certificates are made of. */
export const TAGS = {
  integer: 0x02,
  bits: 0x03,
  oid: 0x06,
  sequence: 0x30,
  set: 0x31,
  version: 0xa0,
} as const;

// The longest object identifiers in use have some 15 bytes.
const MAXIMUM_OID_LENGTH = 32;

/**
 * Reads the elements that bytes consist of.
 *
 * @param der Any bytes.
 * @returns The elements, one after the other.
 * @throws {RangeError} If the bytes are anything else.
 */
export function readDer(der: Uint8Array): readonly DerElement[] {
  const elements: DerElement[] = [];
  for (let start = 0; start < der.length;) {
    const element = readElement(der.subarray(start));
    elements.push(element);
    start += element.whole.length;
  }
  return elements;
}

/**
 * Gives what is in an element.
 *
 * @param element The element, if there is one.
 * @param tag What it must be.
 * @returns Its content.
 * @throws {RangeError} If it is something else.
 */
export function contentOf(element: DerElement | undefined, tag: number): Uint8Array {
  if (element?.tag !== tag) throw new RangeError(`Cannot read DER: ${tag} is not there`);
  return element.content;
}

/**
 * Reads the elements in an element.
 *
 * @param element The element, if there is one.
 * @param tag What it must be.
 * @returns What it consists of.
 * @throws {RangeError} If it is something else.
 */
export function childrenOf(
  element: DerElement | undefined,
  tag: number = TAGS.sequence,
): readonly DerElement[] {
  return readDer(contentOf(element, tag));
}

/**
 * Reads an object identifier.
 *
 * @param element The element, if there is one.
 * @returns Its numbers with dots between them.
 * @throws {RangeError} If it is no object identifier of a usual length.
 */
export function oidOf(element: DerElement | undefined): string {
  const content = contentOf(element, TAGS.oid);
  const isWhole = content.length <= MAXIMUM_OID_LENGTH && (content.at(-1) ?? 0x80) < 0x80;
  if (!isWhole) throw new RangeError("Cannot read DER: an object identifier is too long");
  const numbers: bigint[] = [];
  let number = 0n;
  for (const byte of content) {
    number = number << 7n | BigInt(byte & 0x7f);
    if (byte < 0x80) {
      numbers.push(number);
      number = 0n;
    }
  }
  const [first = 0n, ...rest] = numbers;
  const root = first < 80n ? first / 40n : 2n;
  return [root, first - root * 40n, ...rest].join(".");
}

/**
 * Writes bytes in hexadecimal.
 *
 * @param bytes Any bytes.
 * @returns Two lower-case digits for each.
 */
export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function readElement(der: Uint8Array): DerElement {
  const [tag = 0, first = 0x80] = der;
  // Certificates use no tag of several bytes, and DER no length that is open or too long.
  const digits = first < 0x80 ? 0 : first - 0x80;
  const length = first < 0x80
    ? first
    : der.subarray(2, 2 + digits).reduce((length, byte) => length * 256 + byte, 0);
  const isMinimal = digits === 0
    ? first < 0x80
    : length >= (digits === 1 ? 0x80 : 256 ** (digits - 1));
  const end = 2 + digits + length;
  if ((tag & 0x1f) === 0x1f || digits > 4 || !isMinimal || end > der.length) {
    throw new RangeError("Cannot read DER: an element is not complete");
  }
  return { tag, content: der.subarray(2 + digits, end), whole: der.subarray(0, end) };
}
