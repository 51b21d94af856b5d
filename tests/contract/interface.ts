/**
 * What the contract's table means in one interface's own words.
 *
 * @module
 */
import type { Databag } from "../../lib/requirer/databag.ts";
import { createCertificate, type TestCertificate } from "../certificates.ts";
import type { Answer, InterfaceName, Name, Place, Writing } from "./histories.ts";

/** An interface that we provide. */
export interface Interface {
  /** Its name. */
  readonly name: InterfaceName;
  /** What a requirer writes; an empty value deletes a key. */
  readonly write: (writing: Writing, named: NamedCertificates) => Databag;
  /** What the provider must then have written, to the byte. */
  readonly answer: (answer: Answer, facts: Facts) => Databag;
  /** Whether a cluster's provider answers in its application's databag, too, by the requirer's. */
  readonly isForApplication: (asked: Databag) => boolean;
  /** What a requirer must make of it, beside the way in. */
  readonly check: (databag: Databag, answer: Answer, named: NamedCertificates) => void;
  /** The way in, by what a requirer is told and nothing else; undefined where it is told none. */
  readonly wayIn: (databag: Databag) => WayIn | undefined;
}

/** The way into LXD. */
export interface WayIn {
  /** `https://host:port` of each node. */
  readonly endpoints: readonly string[];
  /** What they present. */
  readonly server: { readonly pem: string; readonly fingerprint: string };
}

/** The certificates of the table. */
export type NamedCertificates = Readonly<Record<Exclude<Name, "garbage">, TestCertificate>>;

/** What an answer is about. */
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

/** What a requirer sends for one name of the table. */
export function textOf(name: Name, named: NamedCertificates): string {
  return name === "garbage" ? "garbage" : named[name].certificate;
}

/** What the provider calls it: null for what is no certificate. */
export function fingerprintOf(name: Name, named: NamedCertificates): string | null {
  return name === "garbage" ? null : named[name].fingerprint;
}

/** Name of a unit, or of the application itself. */
export function nameOf(place: Place, application: string): string {
  return place === "application" ? application : `${application}/${place}`;
}
