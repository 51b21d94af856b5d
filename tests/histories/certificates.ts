/**
 * The certificates in histories.
 *
 * @module
 */
import { createCertificate, type TestCertificate } from "../certificates.ts";
import type { Interface } from "../harness/requirer.ts";
import { GOOD_CERTIFICATES, type Item } from "./history.ts";

/** The certificates. */
export interface Certificates {
  /** Juju's certificate, which LXD trusts and no requirer may register. */
  readonly own: TestCertificate;
  /** Good certificates, sorted by fingerprint, so that a history runs the same with new ones. */
  readonly good: readonly TestCertificate[];
  /** An expired certificate. */
  readonly expired: TestCertificate;
}

const YEAR_MS = 365 * 24 * 3_600_000;

/** Makes the certificates. */
export async function createCertificates(): Promise<Certificates> {
  const [own, expired, ...good] = await Promise.all([
    createCertificate({ commonName: "juju" }),
    createCertificate({
      commonName: "expired",
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

/** Renders items as `client_certificates`, or as the one certificate of `lxd-https`. */
export function renderAll(
  certificates: Certificates,
  items: readonly Item[],
  spoken: Interface,
): string {
  const texts = items.map((item) => render(certificates, item));
  return spoken === "lxd-https" ? texts.join("") : JSON.stringify(texts);
}

/** Returns the certificate of an item, or undefined for other items. */
export function certificateOf(
  certificates: Certificates,
  item: Item,
): TestCertificate | undefined {
  switch (item.kind) {
    case "good":
      return certificates.good[item.which];
    case "expired":
    case "own":
      return certificates[item.kind];
    default:
      return undefined;
  }
}

/** Renders an item for the JSON list, as a requirer would. */
export function render(certificates: Certificates, item: Item): unknown {
  const certificate = certificateOf(certificates, item)?.certificate;
  switch (item.kind) {
    case "good":
      return item.crlf ? certificate?.replaceAll("\n", "\r\n") : certificate;
    case "text":
      return "no certificate";
    case "number":
      return 7;
    case "key":
      return certificates.expired.key;
    default:
      return certificate;
  }
}
