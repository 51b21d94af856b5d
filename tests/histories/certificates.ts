/**
 * The certificates in histories.
 *
 * @module
 */
import { createCertificate, type TestCertificate } from "../certificates.ts";
import type { Interface } from "../harness/requirer.ts";
import { APPLICATIONS, ENDPOINTS } from "./history.ts";
import { FLOOD, GOOD_CERTIFICATES, type Item } from "./items.ts";

/** The certificates. */
export interface Certificates {
  /** Juju's certificate, which LXD trusts and no requirer may register. */
  readonly own: TestCertificate;
  /** Good certificates, sorted by fingerprint, so that a history runs the same with new ones. */
  readonly good: readonly TestCertificate[];
  /** An expired certificate. */
  readonly expired: TestCertificate;
  /** An authority, which signed the next certificate. */
  readonly authority: TestCertificate;
  readonly signed: TestCertificate;
  /** Expired certificates, more than the charm takes of one databag. */
  readonly flood: readonly TestCertificate[];
}

/** Databags of one application in one relation that have certificates of their own, and how many. */
const OWNERS = 4;
const EACH = 2;
const PRIVATE_CERTIFICATES = APPLICATIONS.length * ENDPOINTS.length * OWNERS * EACH;
const LONG_TEXT = "A".repeat(1_048_577);

const YEAR_MS = 365 * 24 * 3_600_000;

/** Makes the certificates. */
export async function createCertificates(): Promise<Certificates> {
  const [own, expired, authority] = await Promise.all([
    createCertificate({ commonName: "juju" }),
    createExpired("expired"),
    createCertificate({ commonName: "authority", ca: true }),
  ]);
  const [signed, good, flood] = await Promise.all([
    createCertificate({ commonName: "signed", issuer: authority }),
    times(
      GOOD_CERTIFICATES + PRIVATE_CERTIFICATES,
      (index) => createCertificate({ commonName: `requirer ${index}` }),
    ),
    times(FLOOD, (index) => createExpired(`flood ${index}`, expired)),
  ]);
  return { own, expired, good: good.toSorted(byFingerprint), authority, signed, flood };
}

function createExpired(commonName: string, keyOf?: TestCertificate): Promise<TestCertificate> {
  const [notBefore, notAfter] = [2, 1].map((years) => new Date(Date.now() - years * YEAR_MS)) as [
    Date,
    Date,
  ];
  return createCertificate({ commonName, notBefore, notAfter, ...keyOf && { keyOf } });
}

function times<T>(length: number, make: (index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length }, (_, index) => make(index)));
}

function byFingerprint(a: TestCertificate, b: TestCertificate): number {
  return a.fingerprint < b.fingerprint ? -1 : 1;
}

/** Returns the index of a good certificate that one databag has for itself. */
export function privateIndex(
  { application, endpoint }: { readonly application: string; readonly endpoint: string },
  name: string,
  which: number,
): number {
  const [, unit] = name.split("/");
  const owner = unit === undefined ? 0 : 1 + Number(unit) % (OWNERS - 1);
  const relation = (APPLICATIONS as readonly string[]).indexOf(application) * ENDPOINTS.length +
    (ENDPOINTS as readonly string[]).indexOf(endpoint);
  return GOOD_CERTIFICATES + (relation * OWNERS + owner) * EACH + which % EACH;
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

/** Returns the certificates of an item: none for items that hold no certificate. */
export function certificatesOf(
  certificates: Certificates,
  item: Item,
): readonly TestCertificate[] {
  switch (item.kind) {
    case "good": {
      const certificate = certificates.good[item.which];
      return certificate ? [certificate] : [];
    }
    case "expired":
    case "own":
      return [certificates[item.kind]];
    case "chain":
      return [certificates.authority, certificates.signed];
    case "flood":
      return certificates.flood;
    default:
      return [];
  }
}

/** Renders an item for the JSON list, as a requirer would. */
export function render(certificates: Certificates, item: Item): unknown {
  const text = certificatesOf(certificates, item).map(({ certificate }) => certificate).join("");
  switch (item.kind) {
    case "good":
      return item.crlf ? text.replaceAll("\n", "\r\n") : text;
    case "text":
      return "no certificate";
    case "number":
      return 7;
    case "key":
      return certificates.expired.key;
    case "control":
      return "\0\u0007\u001b[31m\u0085\u202e";
    case "long":
      return LONG_TEXT;
    default:
      return text;
  }
}
