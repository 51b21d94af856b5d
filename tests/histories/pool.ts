/**
 * The certificates that histories are about.
 *
 * @module
 */
import { createCertificate, type TestCertificate } from "../certificates.ts";
import { GOOD_CERTIFICATES, type Item } from "./history.ts";

/** The certificates. */
export interface Pool {
  /** Juju's own, which LXD trusts and no requirer may have. */
  readonly own: TestCertificate;
  /** Sorted by fingerprint, so that a history runs the same with every pool. */
  readonly good: readonly TestCertificate[];
  /** One of the past. */
  readonly expired: TestCertificate;
}

const YEAR_MS = 365 * 24 * 3_600_000;

/** Makes the certificates. */
export async function createPool(): Promise<Pool> {
  const [own, expired, ...good] = await Promise.all([
    createCertificate({ commonName: "juju" }),
    createCertificate({
      commonName: "of the past",
      notBefore: new Date(Date.now() - 2 * YEAR_MS),
      notAfter: new Date(Date.now() - YEAR_MS),
    }),
    ...Array.from(
      { length: GOOD_CERTIFICATES },
      (_, index) => createCertificate({ commonName: `requirer ${index}` }),
    ),
  ]);
  return { own, expired, good: good.toSorted((a, b) => a.fingerprint < b.fingerprint ? -1 : 1) };
}

/** Writes the items as the value of `client_certificates`, or of the one certificate of `lxd-https`. */
export function renderAll(pool: Pool, items: readonly Item[], isHttps: boolean): string {
  const texts = items.map((item) => render(pool, item));
  return isHttps ? texts.join("") : JSON.stringify(texts);
}

/** Gives the certificate of an item, or undefined where it is none. */
export function certificateOf(pool: Pool, item: Item): TestCertificate | undefined {
  switch (item.kind) {
    case "good":
      return pool.good[item.which];
    case "expired":
    case "own":
      return pool[item.kind];
    default:
      return undefined;
  }
}

/** Writes an item as a requirer would, into the JSON list. */
export function render(pool: Pool, item: Item): unknown {
  const certificate = certificateOf(pool, item)?.certificate;
  switch (item.kind) {
    case "good":
      return item.crlf ? certificate?.replaceAll("\n", "\r\n") : certificate;
    case "text":
      return "no certificate";
    case "number":
      return 7;
    case "key":
      return pool.expired.key;
    default:
      return certificate;
  }
}
