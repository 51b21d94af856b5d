/**
 * The interface `lxd`, in the contract's table. Written out here and not by the charm's own code, of
 * which it is the measure.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Databag } from "../../lib/requirer/databag.ts";
import { readAnswer } from "../../lib/requirer/mod.ts";
import type { Answer, Writing } from "./histories.ts";
import {
  type Facts,
  fingerprintOf,
  type Interface,
  type NamedCertificates,
  nameOf,
  textOf,
} from "./interface.ts";
import { checkReport } from "./mirror.ts";
import { validator } from "./validate.ts";

const validate = await validator("lxd-provider");

/** The interface `lxd`. */
export const LXD: Interface = {
  name: "lxd",
  write: ({ certificates, projects, form }, named) => ({
    client_certificates: writeCertificates(certificates.map((name) => textOf(name, named)), form),
    projects: projects ? JSON.stringify(projects) : "",
  }),
  answer: (answer, { named, application, nodes, serverCertificate }) => {
    const trusted = sortedFingerprints(answer, named);
    return {
      version: "1.0",
      nodes: JSON.stringify(nodes.map((node) => ({ ...node, trusted_certs_fp: trusted }))),
      registered_certificates: registeredCertificates(answer, named),
      server_certificate: serverCertificate,
      ...rejectedCertificates(answer, named, application),
    };
  },
  // Answers go where the question came from.
  isForApplication: ({ client_certificates: asked = "[]" }) => asked !== "[]",
  check: (databag, answer, named) => {
    assert.deepEqual(validate(databag), []);
    checkReport(databag, answer, named);
  },
  wayIn: (databag) => {
    const { nodes, server } = readAnswer(databag, []);
    return server && { endpoints: nodes.map(({ endpoint }) => endpoint), server };
  },
};

/** What the original charm, written in Python, would have answered: it knew of no rejection. */
export function originalAnswer(answer: Answer, { named, nodes }: Facts): Databag {
  const trusted = JSON.stringify(sortedFingerprints(answer, named));
  const told = nodes.map((node) => ({ ...node, trusted_certs_fp: trusted }));
  return { version: "1.0", nodes: JSON.stringify(told) };
}

/** The certificates trusted, by their fingerprints' order, as their requirers wrote them. */
export function registeredCertificates(answer: Answer, named: NamedCertificates): string {
  return JSON.stringify(
    sortedFingerprints(answer, named).map((fingerprint) =>
      Object.values(named).find((one) => one.fingerprint === fingerprint)?.certificate
    ),
  );
}

/** The key with the rejections; none where nothing is rejected. */
export function rejectedCertificates(
  { rejected = [] }: Answer,
  named: NamedCertificates,
  application: string,
): Databag {
  const told = rejected.map(({ of, certificate, reason }) => {
    const fingerprint = fingerprintOf(certificate, named);
    return { unit: nameOf(of, application), fingerprint, reason };
  }).sort(byUnitAndFingerprint);
  return told.length > 0 ? { rejected_certificates: JSON.stringify(told) } : {};
}

type Rejection = { readonly unit: string; readonly fingerprint: string | null };

/** The same state must give the same bytes; what is no certificate comes last. */
function byUnitAndFingerprint(a: Rejection, b: Rejection): number {
  return a.unit.localeCompare(b.unit) ||
    (a.fingerprint ?? "null").localeCompare(b.fingerprint ?? "null");
}

function writeCertificates(texts: readonly string[], form: Writing["form"]): string {
  switch (form) {
    case undefined:
      return JSON.stringify(texts);
    case "text":
      return texts.join("");
    case "serialised twice":
      return JSON.stringify(JSON.stringify(texts));
    case "no key":
      return "";
    case "no version":
      throw new RangeError("Cannot leave out the version: requirers of lxd write none");
  }
}

function sortedFingerprints({ trusted }: Answer, named: NamedCertificates): readonly string[] {
  return trusted.map((name) => fingerprintOf(name, named) ?? "").sort();
}
