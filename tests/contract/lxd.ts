/**
 * The interface `lxd` in the contract's table. It shares no code with the charm, so that it can
 * check the charm.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Databag } from "../../lib/requirer/databag.ts";
import { readAnswer } from "../../lib/requirer/mod.ts";
import { expiryOf } from "../certificates.ts";
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
      ...certificateStates(answer, named),
    };
  },
  // The leader answers an application only if the application asks.
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

/** Returns the answer of the original charm, which had no rejections. */
export function originalAnswer(answer: Answer, { named, nodes }: Facts): Databag {
  const trusted = JSON.stringify(sortedFingerprints(answer, named));
  const told = nodes.map((node) => ({ ...node, trusted_certs_fp: trusted }));
  return { version: "1.0", nodes: JSON.stringify(told) };
}

/** Returns the trusted certificates as written by their requirers, sorted by fingerprint. */
export function registeredCertificates(answer: Answer, named: NamedCertificates): string {
  return JSON.stringify(
    sortedFingerprints(answer, named).map((fingerprint) =>
      Object.values(named).find((one) => one.fingerprint === fingerprint)?.certificate
    ),
  );
}

/** Returns the key with the rejections, or no key without any. */
export function rejectedCertificates(
  { rejected = [] }: Answer,
  named: NamedCertificates,
  application: string,
): Databag {
  const told = rejected.map(({ of, certificate, code, reason }) => {
    const fingerprint = fingerprintOf(certificate, named);
    return { unit: nameOf(of, application), fingerprint, code, reason };
  }).sort(byUnitAndFingerprint);
  return told.length > 0 ? { rejected_certificates: JSON.stringify(told) } : {};
}

/** Returns the key with the state of each certificate, or no key without any. */
export function certificateStates(
  { trusted, projects, rejected = [] }: Answer,
  named: NamedCertificates,
): Databag {
  const states = [
    ...trusted.map((name) => ({
      fingerprint: fingerprintOf(name, named),
      state: "trusted",
      projects: projects ?? null,
      expires_at: expiryOf(textOf(name, named)),
    })),
    ...rejected.filter(({ certificate }) =>
      certificate !== "garbage" && !trusted.includes(certificate)
    )
      .map(({ certificate, code, reason }) => ({
        fingerprint: fingerprintOf(certificate, named),
        state: "rejected",
        expires_at: expiryOf(textOf(certificate, named)),
        code,
        reason,
      })),
  ].sort((a, b) => (a.fingerprint ?? "").localeCompare(b.fingerprint ?? ""));
  return states.length > 0 ? { certificates: JSON.stringify(states) } : {};
}

type Rejection = { readonly unit: string; readonly fingerprint: string | null };

/** Compares rejections, so that equal states give equal bytes. A null fingerprint comes last. */
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
