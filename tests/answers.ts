/**
 * Databags of a provider of the interface `lxd`, for tests of its requirers.
 *
 * @module
 */
import {
  type CertificateState,
  type Databag,
  PROVIDER,
  type ProviderDatabag,
  renderDatabag,
} from "../lib/requirer/databag.ts";
import type { TestCertificate } from "./certificates.ts";

/** What a provider answers. */
export interface Answering extends Partial<ProviderDatabag> {
  /** The certificate that every node presents, PEM. */
  readonly server: string;
  /** The nodes. @default {two} */
  readonly at?: readonly { readonly endpoint: string; readonly name: string }[];
  /** The certificates that every node trusts. */
  readonly trusted: readonly Pick<TestCertificate, "certificate" | "fingerprint">[];
}

type Fingerprinted = Pick<TestCertificate, "fingerprint">;

const EXPIRES_AT = "2036-01-01T00:00:00Z";

const NODES = [
  { endpoint: "https://10.0.0.1:8443", name: "one" },
  { endpoint: "https://[fd42::1]:8443", name: "two" },
];

/** Writes what a provider writes when every node trusts some certificates. */
export function answering({ server, at = NODES, trusted, ...rest }: Answering): Databag {
  const fingerprints = trusted.map(({ fingerprint }) => fingerprint).sort();
  const databag = renderDatabag(PROVIDER, {
    version: "1.0",
    nodes: at.map((node) => ({ ...node, trusted_certs_fp: fingerprints })),
    server_certificate: server,
    registered_certificates: trusted.map(({ certificate }) => certificate),
    rejected_certificates: undefined,
    ...rest,
  });
  // An empty value deletes its key.
  return Object.fromEntries(Object.entries(databag).filter(([, text]) => text !== ""));
}

/** The states of a certificate. */
export const STATES = {
  /** One that LXD trusts. */
  trusted: (
    { fingerprint }: Fingerprinted,
    projects: readonly string[] | null = null,
  ): CertificateState => ({ fingerprint, state: "trusted", projects, expires_at: EXPIRES_AT }),
  /** One that waits for its registration. */
  pending: ({ fingerprint }: Fingerprinted): CertificateState => ({
    fingerprint,
    state: "pending",
    expires_at: EXPIRES_AT,
  }),
  /** One that has expired. */
  rejected: ({ fingerprint }: Fingerprinted, reason = "r"): CertificateState => ({
    fingerprint,
    state: "rejected",
    expires_at: EXPIRES_AT,
    code: "expired",
    reason,
  }),
};
