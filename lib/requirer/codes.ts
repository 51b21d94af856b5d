/**
 * The codes of rejections and of a provider's errors, for software. A code never changes its meaning, and
 * further ones may follow, so a reader must take codes that are not listed here.
 *
 * @module
 */

/** The words about a code, each one sentence. */
export interface Words {
  /** What is the case. */
  readonly meaning: string;
  /** Who does what about it. */
  readonly remedy: string;
}

/** Why a certificate, or another item that a requirer wrote, is rejected. */
export const REJECTION_CODES = {
  "authority": {
    meaning: "The certificate signed another one in the same databag, so it is an authority's.",
    remedy: "Send the client's own certificate only.",
  },
  "contested": {
    meaning: "Another application has the certificate registered, with access to other projects.",
    remedy: "Send a certificate that no other application sends.",
  },
  "expired": {
    meaning: "The certificate expired more than two days ago.",
    remedy: "Send a new certificate.",
  },
  "foreign-entry": {
    meaning: "LXD's trust store has the certificate already, of another type or with more access.",
    remedy: "Send a certificate that nobody else added to LXD.",
  },
  "identity": {
    meaning: "LXD has the certificate already, as an identity of its own.",
    remedy: "Send a certificate that nobody else added to LXD.",
  },
  "key-kind": {
    meaning: "LXD lets in nobody with a key of this kind, on this curve or with this exponent.",
    remedy: "Make a key on the curve P-256, and a new certificate.",
  },
  "key-size": {
    meaning: "LXD lets in nobody with an RSA key of this size.",
    remedy:
      "Make an RSA key of 2048 to 8192 bits or one on the curve P-256, and a new certificate.",
  },
  "key-unreadable": {
    meaning: "The key in the certificate cannot be read.",
    remedy: "Make a key on the curve P-256, and a new certificate.",
  },
  "lxd-refused": {
    meaning: "LXD itself refuses the certificate, and the reason has its words.",
    remedy: "Do what LXD's words ask for, or send another certificate.",
  },
  "more-rejections": {
    meaning: "There are more rejections than the provider lists.",
    remedy: "Resolve those that are listed.",
  },
  "not-certificate": {
    meaning: "The item, or a PEM block in it, is no X.509 certificate.",
    remedy: "Send PEM certificates only.",
  },
  "own-certificate": {
    meaning: "The certificate is the one with which the provider itself enters LXD.",
    remedy: "Send a certificate of your own.",
  },
  "private-key": {
    meaning: "A private key was sent, so it is no longer secret.",
    remedy: "Make a new key, and send certificates only.",
  },
  "project-missing": {
    meaning: "LXD lacks a project that the requirer names.",
    remedy: "Name other projects, or ask the operator to make the project.",
  },
  "project-not-allowed": {
    meaning: "The operator does not allow a project that the requirer names.",
    remedy: "Name other projects, or ask the operator to allow the project.",
  },
  "projects-unreadable": {
    meaning: "The text of `projects` is no list of projects' names.",
    remedy: "Write the names as the interface says, at least one.",
  },
  "several-certificates": {
    meaning:
      "Several certificates were sent, and the interface `lxd-https` has one in each databag.",
    remedy: "Send one certificate.",
  },
  "text-too-large": {
    meaning: "The text of a key of the databag has more than 1 MiB.",
    remedy: "Write a shorter text.",
  },
  "too-large": {
    meaning: "The certificate has more than 16 KiB.",
    remedy: "Send a certificate without large extensions.",
  },
  "too-many-certificates": {
    meaning: "The databag holds more than 100 certificates, and this stands for those after them.",
    remedy: "Withdraw the certificates that are not in use.",
  },
  "too-many-projects": {
    meaning: "The databag names more than 64 projects.",
    remedy: "Name fewer projects.",
  },
  "too-many-signatures": {
    meaning:
      "The databag holds too many certificates with the same names to verify all signatures.",
    remedy: "Send the client's own certificate only.",
  },
  "version-unsupported": {
    meaning: "The requirer wrote a version of the interface `lxd-https` that the provider lacks.",
    remedy: "Write the version 1.0.",
  },
} as const satisfies Readonly<Record<string, Words>>;

/** Code of a rejection that this version of the interface knows. */
export type RejectionCode = keyof typeof REJECTION_CODES;

/** What the requirer of a trusted certificate should know ahead. */
export const WARNING_CODES = {
  "expires-soon": {
    meaning: "The certificate is trusted, and expires within the operator's `expiry-warning-days`.",
    remedy: "Send a new certificate beside it, and withdraw it once the new one is trusted.",
  },
} as const satisfies Readonly<Record<string, Words>>;

/** Code of a warning that this version of the interface knows. */
export type WarningCode = keyof typeof WARNING_CODES;

/** Why a provider cannot serve at present. */
export const PROVIDER_ERROR_CODES = {
  "configuration-invalid": {
    meaning:
      "An option or the credential of the provider cannot be read, or names a project that LXD lacks.",
    remedy: "The operator corrects what the provider's status names.",
  },
  "credential-missing": {
    meaning: "The provider has no credential for LXD yet.",
    remedy: "The operator runs `juju trust`, or gives the provider a credential in its options.",
  },
  "credential-refused": {
    meaning:
      "LXD does not trust the provider's credential, or does not let it manage certificates.",
    remedy: "The operator adds the credential to LXD, or gives the provider another one.",
  },
  "lxd-failed": {
    meaning: "LXD answers with an error, or cannot be used in its present state.",
    remedy: "The operator looks at the provider's status, and at LXD.",
  },
  "lxd-unreachable": {
    meaning: "LXD does not answer.",
    remedy: "The provider tries again in each hook, and the operator looks at LXD.",
  },
  "server-untrusted": {
    meaning: "The server presents another certificate than the pinned one.",
    remedy: "The operator finds out why, and pins the new certificate if it is LXD's.",
  },
} as const satisfies Readonly<Record<string, Words>>;

/** Code of a provider's error that this version of the interface knows. */
export type ProviderErrorCode = keyof typeof PROVIDER_ERROR_CODES;
