/**
 * Databags of the interface `lxd`, valid and invalid ones, for everything that judges them.
 *
 * @module
 */
import { createCertificate } from "../certificates.ts";
import type { Side } from "./judge.ts";

/** A databag, as changes of the base of its side. */
export interface Example {
  /** What it shows. */
  readonly what: string;
  /** The changed values. Those that are no texts are written as JSON, and undefined deletes a key. */
  readonly changes: Readonly<Record<string, unknown>>;
  /** Whether the changed databag is valid. */
  readonly isValid: boolean;
}

/** The examples of a side. */
export interface Examples {
  /** A valid databag. */
  readonly base: Readonly<Record<string, unknown>>;
  /** The examples. */
  readonly examples: readonly Example[];
}

const { certificate, key, fingerprint } = await createCertificate();
const NODE = { endpoint: "https://10.0.0.1:8443", name: "one", trusted_certs_fp: [fingerprint] };
const REJECTION = { unit: "a/0", fingerprint: null, reason: "r" };
const EXPIRES = "2036-01-01T00:00:00Z";
const TRUSTED = { fingerprint, state: "trusted", projects: ["web"], expires_at: EXPIRES };
const PENDING = { fingerprint, state: "pending", expires_at: EXPIRES };
const REJECTED = { fingerprint, state: "rejected", expires_at: null, code: "expired", reason: "r" };
const ERROR = { code: "lxd-unreachable", reason: "LXD does not answer" };

const PROVIDED = {
  "private-address": "10.0.0.2",
  version: "1.0",
  nodes: [NODE],
  registered_certificates: [certificate],
  server_certificate: certificate,
};
const REQUIRED = { client_certificates: [certificate], projects: ["web"] };

const valid = (what: string, changes: Example["changes"]): Example => {
  return { what, changes, isValid: true };
};
const invalid = (what: string, changes: Example["changes"]): Example => {
  return { what, changes, isValid: false };
};

const PROVIDER: readonly Example[] = [
  valid("all keys of the first version", { rejected_certificates: [REJECTION] }),
  valid("empty lists", { nodes: [], registered_certificates: [] }),
  valid("an unknown key", { colour: "blue" }),
  valid("an unknown key of a node", { nodes: [{ ...NODE, colour: "blue" }] }),
  valid("an IPv6 endpoint", { nodes: [{ ...NODE, endpoint: "https://[fd42::1]:8443" }] }),
  valid("CRLF", { server_certificate: certificate.replaceAll("\n", "\r\n") }),
  valid("a rejection with a code", { rejected_certificates: [{ ...REJECTION, code: "expired" }] }),
  valid("an unknown code", { rejected_certificates: [{ ...REJECTION, code: "moon-phase" }] }),
  valid("each state", { certificates: [TRUSTED, PENDING, REJECTED] }),
  valid("a state for all of LXD", { certificates: [{ ...TRUSTED, projects: null }] }),
  valid("an error beside the last known keys", { provider_error: ERROR }),
  invalid("version 2.0", { version: "2.0" }),
  invalid("version 1", { version: "1" }),
  invalid("version 10.0", { version: "10.0" }),
  invalid("a version in JSON", { version: '"1.0"' }),
  invalid("an object of nodes", { nodes: {} }),
  invalid("nodes that are no JSON", { nodes: "x" }),
  invalid("no port", { nodes: [{ ...NODE, endpoint: "https://lxd" }] }),
  invalid("plain HTTP", { nodes: [{ ...NODE, endpoint: "http://10.0.0.1:8443" }] }),
  invalid("no name", { nodes: [{ ...NODE, name: undefined }] }),
  invalid("the text of a list", { nodes: [{ ...NODE, trusted_certs_fp: "[]" }] }),
  invalid("colons", { nodes: [{ ...NODE, trusted_certs_fp: ["AA:BB"] }] }),
  invalid("upper case", {
    nodes: [{ ...NODE, trusted_certs_fp: [fingerprint.toUpperCase()] }],
  }),
  invalid("a server certificate in JSON", { server_certificate: [certificate] }),
  invalid("a key beside the certificate", { server_certificate: certificate + key }),
  invalid("registered texts", { registered_certificates: ["x"] }),
  invalid("no rejection in a list", { rejected_certificates: [] }),
  invalid("no reason", { rejected_certificates: [{ ...REJECTION, reason: undefined }] }),
  invalid("no fingerprint", { rejected_certificates: [{ ...REJECTION, fingerprint: undefined }] }),
  ...["version", "nodes", "registered_certificates", "server_certificate"].map((key) =>
    invalid(`no ${key}`, { [key]: undefined })
  ),
];

/** Examples of the keys about states and errors. */
const NEWER: readonly Example[] = [
  valid("version 1.1", { version: "1.1" }),
  valid("version 1.10", { version: "1.10" }),
  valid("an error alone", {
    version: undefined,
    nodes: undefined,
    registered_certificates: undefined,
    server_certificate: undefined,
    provider_error: ERROR,
  }),
  invalid("a code in words", {
    rejected_certificates: [{ ...REJECTION, code: "It expired" }],
  }),
  invalid("a code that is null", { rejected_certificates: [{ ...REJECTION, code: null }] }),
  invalid("no state in a list", { certificates: [] }),
  invalid("an object of states", { certificates: {} }),
  invalid("no state", { certificates: [{ ...TRUSTED, state: undefined }] }),
  invalid("a trusted one without projects", {
    certificates: [{ ...TRUSTED, projects: undefined }],
  }),
  invalid("projects with commas", { certificates: [{ ...TRUSTED, projects: "web,db" }] }),
  invalid("a rejected one without a code", {
    certificates: [{ ...REJECTED, code: undefined }],
  }),
  invalid("a state without a fingerprint", {
    certificates: [{ ...PENDING, fingerprint: null }],
  }),
  invalid("a date", { certificates: [{ ...PENDING, expires_at: "2036-01-01" }] }),
  invalid("seconds", { certificates: [{ ...PENDING, expires_at: 2082758400 }] }),
  invalid("no expiry", { certificates: [{ ...PENDING, expires_at: undefined }] }),
  invalid("an error in words", { provider_error: '"LXD does not answer"' }),
  invalid("an error without a code", { provider_error: { ...ERROR, code: undefined } }),
  invalid("an error without a reason", { provider_error: { ...ERROR, reason: undefined } }),
];

const REQUIRER: readonly Example[] = [
  valid("a certificate and a project", {}),
  valid("no projects", { projects: undefined }),
  valid("an empty list", { client_certificates: [] }),
  valid("an unknown key", { colour: "blue" }),
  valid("a hundred certificates", { client_certificates: Array(100).fill(certificate) }),
  valid("a project in other letters", { projects: ["caf\u00e9", "a.b", "-", "*a"] }),
  invalid("no certificates", { client_certificates: undefined }),
  invalid("one text", { client_certificates: JSON.stringify(certificate) }),
  invalid("one PEM", { client_certificates: certificate }),
  invalid("a private key", { client_certificates: [key] }),
  invalid("a private key after a certificate", { client_certificates: [certificate + key] }),
  invalid("101 certificates", { client_certificates: Array(101).fill(certificate) }),
  invalid("a text over the limit", {
    client_certificates: `[${" ".repeat(1_048_576)}]`,
  }),
  invalid("no project in a list", { projects: [] }),
  invalid("one project's name", { projects: '"web"' }),
  invalid("65 projects", { projects: Array.from({ length: 65 }, (_, index) => `p${index}`) }),
  invalid("a long name", { projects: ["a".repeat(1_025)] }),
  ...["", "a/b", "a b", "*", ".", "..", "a'", "a\u200b", "-----BEGIN"].map((name) =>
    invalid(`the project ${JSON.stringify(name)}`, { projects: [name] })
  ),
];

/** The examples of both sides. */
export const EXAMPLES: Readonly<Record<Side, Examples>> = {
  provider: { base: PROVIDED, examples: [...PROVIDER, ...NEWER] },
  requirer: { base: REQUIRED, examples: REQUIRER },
};
