/**
 * Translates the contract's table into the keys of one interface.
 *
 * @module
 */
import type { Databag } from "../../lib/requirer/databag.ts";
import { createCertificate, type TestCertificate } from "../certificates.ts";
import type { Answer, InterfaceName, Name, Place, Writing } from "./histories.ts";

/** An interface of this charm. */
export interface Interface {
  /** Its name. */
  readonly name: InterfaceName;
  /** Returns the keys that a requirer writes. An empty value deletes a key. */
  readonly write: (writing: Writing, named: NamedCertificates) => Databag;
  /** Returns the exact databag of the provider. */
  readonly answer: (answer: Answer, facts: Facts) => Databag;
  /** Returns whether the provider also answers in its application databag, by the requirer's. */
  readonly isForApplication: (asked: Databag) => boolean;
  /** Checks how a requirer reads the databag. */
  readonly check: (databag: Databag, answer: Answer, named: NamedCertificates) => void;
  /** Reads the way into LXD from the databag alone, or returns undefined without one. */
  readonly wayIn: (databag: Databag) => WayIn | undefined;
}

/** The way into LXD. */
export interface WayIn {
  /** `https://host:port` of each node. */
  readonly endpoints: readonly string[];
  /** The certificate that they present. */
  readonly server: { readonly pem: string; readonly fingerprint: string };
}

/** The certificates of the table. */
export type NamedCertificates = Readonly<Record<Exclude<Name, "garbage">, TestCertificate>>;

/** The facts behind an answer. */
export interface Facts {
  /** The certificates. */
  readonly named: NamedCertificates;
  /** The requirer's application. */
  readonly application: string;
  /** The active nodes, sorted by name. */
  readonly nodes: readonly { readonly endpoint: string; readonly name: string }[];
  /** PEM that every node presents. */
  readonly serverCertificate: string;
}

/** Makes the certificates of the table. */
export async function createNamedCertificates(): Promise<NamedCertificates> {
  const [a, b, c, expired, weak] = await Promise.all([
    createCertificate(),
    createCertificate(),
    createCertificate(),
    createCertificate({ notBefore: new Date("2000-01-01"), notAfter: new Date("2001-01-01") }),
    createCertificate({ key: "rsa1024" }),
  ]);
  return { a, b, c, expired, weak };
}

/** Returns the text that a requirer sends for a name of the table. */
export function textOf(name: Name, named: NamedCertificates): string {
  return name === "garbage" ? "garbage" : named[name].certificate;
}

/** Returns the fingerprint in the provider's answer: null for garbage. */
export function fingerprintOf(name: Name, named: NamedCertificates): string | null {
  return name === "garbage" ? null : named[name].fingerprint;
}

/** Returns the name of a unit or of the application. */
export function nameOf(place: Place, application: string): string {
  return place === "application" ? application : `${application}/${place}`;
}
