/**
 * Each outcome of a hook with values of an example, when it comes about, and what the operator does.
 *
 * @module
 */

import type { Outcome } from "../lib/outcome.ts";

/** A status that an outcome leads to. */
export interface StatusWords<Kind extends Outcome["kind"] = Outcome["kind"]> {
  /** The outcome, with values of an example. */
  readonly outcome: Extract<Outcome, { readonly kind: Kind }>;
  /** When it comes about, in Markdown. */
  readonly when: string;
  /** What the operator does, in Markdown. */
  readonly remedy: string;
}

/** The statuses of all outcomes: a new kind does not compile without one. */
type AllWords = {
  readonly [Kind in Outcome["kind"]]: readonly [StatusWords<Kind>, ...StatusWords<Kind>[]];
};

const endpoint = "https://10.0.0.1:8443";
const ourFingerprint = "2274d312f0720f4c0d1b7c1c2d8f2a8e7f2d6f0b1f0f4f1f9d2e6b8a7c5d3e21";
const pinned = "97ab01c4be52d1a8e3f60718293a4b5c6d7e8f90112233445566778899aabbcc";
const presented = "5be1c07d9a3f4e62b80d17c5f4a9e3d2c1b0a9f8e7d6c5b4a392817f6e5d4c3b";
const expiresAt = "2026-12-09T10:00:00Z";
const secret = "secret:d2l9m1vmp25c7bklkq30";

const NEW_TOKEN =
  "Run `lxc config trust add --name lxd-integrator` on the LXD that the charm is to " +
  "use, and set the token that it prints.";

/** The statuses, by the kind of their outcome. */
export const STATUS_WORDS = {
  active: [
    {
      outcome: { kind: "active", version: "5.0.2", nodes: 3, certificates: 4, rejected: 0 },
      when: "The charm serves the related charms.",
      remedy: "Nothing.",
    },
    {
      outcome: { kind: "active", version: "5.0.2", nodes: 3, certificates: 4, rejected: 1 },
      when:
        "A related charm sent a certificate that cannot be registered, and the charm serves the " +
        "others.",
      remedy: "The related charm reads the reason in the relation. The action " +
        "[`list-certificates`](actions.md#list-certificates) shows it, too.",
    },
    {
      outcome: {
        kind: "active",
        version: "6.9",
        nodes: 2,
        certificates: 4,
        rejected: 0,
        isUpgrading: true,
      },
      when: "Members of the cluster have different versions. LXD reports every member as blocked " +
        "until all have the same. The charm publishes the members that serve.",
      remedy: "Upgrade the other members.",
    },
    {
      outcome: {
        kind: "active",
        version: "5.0.2",
        nodes: 3,
        certificates: 4,
        rejected: 0,
        expiring: [
          { kind: "client", fingerprint: pinned, requirer: "my-charm/0", expiresAt, days: 12 },
          { kind: "server", fingerprint: presented, requirer: undefined, expiresAt, days: 20 },
        ],
      },
      when: "Certificates expire within the days of the option " +
        "[`expiry-warning-days`](reference-options.md#expiry-warning-days): those of related charms, " +
        "the charm's credential (`Our certificate`) or LXD's. The message names the one that " +
        "expires first, and the [log](reference-log.md#lxd-expiry) all of them.",
      remedy:
        "Replace the certificate. A related charm sends a new one beside it, and withdraws the " +
        "former one. A certificate that the charm made for itself is renewed in time.",
    },
    {
      outcome: {
        kind: "active",
        version: "5.0.2",
        nodes: 3,
        certificates: 4,
        rejected: 0,
        expiring: [
          { kind: "client", fingerprint: pinned, requirer: "my-charm/0", expiresAt, days: -3 },
        ],
      },
      when:
        "LXD no longer lets in a client whose certificate has expired, and keeps the certificate.",
      remedy: "Have the related charm replace the certificate, or withdraw it.",
    },
  ],
  unfinished: [{
    outcome: { kind: "unfinished", left: 3, total: 1_000 },
    when: "A hook had more certificates to change than fit into its two minutes.",
    remedy: "Nothing. The next hook goes on, within five minutes.",
  }],
  "no-access": [{
    outcome: { kind: "no-access" },
    when: "The charm has no credential: neither Juju nor an option nor a secret gives one.",
    remedy:
      "Run `juju trust lxd-integrator`. For another LXD than Juju's, set `trust-token` instead.",
  }],
  missing: [
    {
      outcome: {
        kind: "missing",
        names: ["server-cert of the cloud's credential"],
        secret: undefined,
      },
      when: "Juju's credential for the cloud lacks LXD's certificate.",
      remedy: "Set `lxd_server_cert` alone. It completes the credential of Juju.",
    },
    {
      outcome: { kind: "missing", names: ["lxd_client_key"], secret: undefined },
      when: "Some of the four options `lxd_endpoint`, `lxd_client_cert`, `lxd_client_key` and " +
        "`lxd_server_cert` are set, and others are not.",
      remedy: "Set the options that the message names, or reset all four.",
    },
    {
      outcome: { kind: "missing", names: ["client-key"], secret },
      when: "The secret of `credentials-secret` lacks fields.",
      remedy: "Run `juju update-secret` with all four fields. It replaces the whole content.",
    },
  ],
  "no-secret": [
    {
      outcome: {
        kind: "no-secret",
        uri: secret,
        isAbsent: false,
        words: "ERROR permission denied",
      },
      when: "Juju does not let the application read the secret of `credentials-secret`.",
      remedy:
        "Run `juju grant-secret` with the secret and `lxd-integrator`. The charm reads it within " +
        "five minutes.",
    },
    {
      outcome: { kind: "no-secret", uri: secret, isAbsent: true, words: "ERROR secret not found" },
      when: "Juju has no secret of this URI.",
      remedy: "Set the URI of a secret that exists, and grant the secret.",
    },
  ],
  unreadable: [{
    outcome: { kind: "unreadable", name: "lxd_endpoint", reason: "it must be https://host:port" },
    when: "The charm cannot read the option, or the part of the credential, or it has expired. A " +
      "message of 60 characters has no room for all of the reason, the explanation does.",
    remedy: "Correct what the message names.",
  }],
  "other-cloud": [{
    outcome: { kind: "other-cloud", found: 'a cloud of type "ec2"' },
    when: "This Juju does not run on LXD, or its credential is no certificate.",
    remedy: "Set `trust-token`, `credentials-secret` or the four options.",
  }],
  "no-project": [{
    outcome: { kind: "no-project", reason: 'No LXD project "wbe"' },
    when:
      "The option `projects` names projects that LXD lacks. The charm changes nothing until then.",
    remedy: "Correct the option, or create the projects with `lxc project create`.",
  }],
  "no-token": [
    {
      outcome: { kind: "no-token", name: "trust-token" },
      when: "The text of the option is no token. The charm goes on with the access that it has.",
      remedy: "Set the option to the token alone, or reset it.",
    },
    {
      outcome: { kind: "no-token", name: "trust-token of credentials-secret" },
      when: "The same, for the field of the secret.",
      remedy: "Run `juju update-secret` with the token alone.",
    },
  ],
  token: [
    {
      outcome: { kind: "token", problem: "refused", endpoint },
      when:
        "LXD does not take the token. LXD does not tell a used token from a wrong one, and forgets " +
        "tokens when it starts again.",
      remedy: NEW_TOKEN,
    },
    {
      outcome: {
        kind: "token",
        problem: "expired",
        endpoint,
        at: new Date("2026-01-31T00:00:00Z"),
      },
      when: "LXD does not take the token, which has expired.",
      remedy: NEW_TOKEN,
    },
    {
      outcome: { kind: "token", problem: "foreign", endpoint },
      when: "The server at the address is not the one that made the token.",
      remedy:
        "Find out which server answers. If LXD's certificate was replaced, set a new token of it.",
    },
    {
      outcome: { kind: "token", problem: "lost", endpoint },
      when: "Somebody removed the charm's own certificate from LXD, or it has expired.",
      remedy: NEW_TOKEN,
    },
  ],
  "no-key": [{
    outcome: { kind: "no-key" },
    when: "The option `trust-token` was set, and the leader has not used the token yet.",
    remedy: "Nothing, for five minutes at most. The status of the leader says more.",
  }],
  "no-own-secret": [{
    outcome: { kind: "no-own-secret", words: "ERROR permission denied" },
    when: "Juju does not show the application its own secret, which holds the charm's key.",
    remedy: "Nothing, if Juju recovers.",
  }],
  untrusted: [{
    outcome: { kind: "untrusted", endpoint, ourFingerprint },
    when: "LXD does not have the credential's certificate in its trust store.",
    remedy:
      "Run `lxc config trust add` with the certificate, or give the charm another credential.",
  }],
  restricted: [
    {
      outcome: { kind: "restricted", endpoint, ourFingerprint },
      when: "LXD knows the credential's certificate, but restricts it to projects.",
      remedy: "Trust the certificate without `--restricted`.",
    },
    {
      outcome: { kind: "restricted", endpoint, ourFingerprint, isIdentity: true },
      when: "The certificate belongs to an identity whose groups do not let it manage identities.",
      remedy:
        "Add the identity to a group that may create, view, edit and delete identities of the " +
        "server.",
    },
  ],
  refused: [{
    outcome: {
      kind: "refused",
      endpoint,
      action: `to revoke ${ourFingerprint}`,
      words: "Certificate is in use",
    },
    when:
      "LXD understands a request of the charm, and refuses it. The charm goes on with all else.",
    remedy: "Do what LXD says.",
  }],
  "other-server": [{
    outcome: { kind: "other-server", endpoint, pinned, presented },
    when:
      "The server presents another certificate than the pinned one. The charm sends it nothing.",
    remedy:
      "If LXD's certificate was replaced, as by a cluster, update the credential. If it was " +
      "not, find out which server answers at that address.",
  }],
  unverifiable: [{
    outcome: { kind: "unverifiable", endpoint, reason: "The certificate expired on 2026-01-31" },
    when: "The server presents the pinned certificate, which cannot be verified.",
    remedy:
      "Replace LXD's certificate, or add the certificate of its authority to the credential's " +
      "server certificate, as the explanation says.",
  }],
  unreachable: [
    {
      outcome: { kind: "unreachable", endpoint, cause: "connection refused" },
      when: "No member of LXD answers.",
      remedy:
        "Nothing, if LXD comes back: the charm recovers within five minutes. Otherwise start " +
        "LXD, or open the way to it. The action [`check`](actions.md#check) says how far the way leads.",
    },
    {
      outcome: {
        kind: "unreachable",
        endpoint,
        cause: "error 503, The cluster has no quorum",
        hasAnswered: true,
      },
      when: "LXD answers with an error of its own.",
      remedy: "Nothing, if LXD recovers. Otherwise look at LXD's log.",
    },
  ],
} satisfies AllWords;
