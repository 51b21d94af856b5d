/**
 * What the versions of LXD do differently, as far as a client of the trust store can see it.
 *
 * @module
 */

/** A line of LXD versions: "5.0" is 5.0.2, "5.21" is 5.21.4, "6.x" is 6.7. */
export type DialectName = "5.0" | "5.21" | "6.x";

/** How a version behaves. Only "5.0" is proven against a real LXD; the rest is read. */
export interface Dialect {
  /** `server_version`. */
  readonly version: string;
  /** Whether a trusted client reads `auth_user_name` and `auth_user_method`. */
  readonly authUser: boolean;
  /** Extensions that a client may look for. */
  readonly extensions: readonly string[];
  /** Whether names with "/" or a leading "-" are refused on POST. */
  readonly strictNames: boolean;
  /** Whether an empty list of URLs is `null`. */
  readonly nullLists: boolean;
  /** Whether a restricted client sees its own entry only, and may delete it. */
  readonly ownEntryOnly: boolean;
  /** Whether entries of type `server` can neither be added nor deleted. */
  readonly protectsServers: boolean;
  /** Whether `projects` without `restricted` is refused; where not, it means full access. */
  readonly projectsNeedRestricted: boolean;
  /** Whether a POST with a trust password is refused. */
  readonly refusesPassword: boolean;
  /** Text for a certificate of the future. */
  readonly notYetValid: string;
  /** Status for a prefix that fits more than one entry. */
  readonly ambiguousStatus: number;
  /** `config` in the answer to an untrusted client. */
  readonly untrustedConfig: Readonly<Record<string, string>> | undefined;
}

const EXTENSIONS = [
  "etag",
  "patch",
  "projects",
  "clustering",
  "certificate_update",
  "certificate_project",
  "certificate_token",
  "certificate_self_renewal",
];

/** The dialects by name. */
export const DIALECTS: Readonly<Record<DialectName, Dialect>> = {
  "5.0": {
    version: "5.0.2",
    authUser: false,
    extensions: EXTENSIONS,
    strictNames: false,
    nullLists: false,
    ownEntryOnly: false,
    protectsServers: false,
    projectsNeedRestricted: false,
    refusesPassword: false,
    notYetValid: "The provided certificate isn't valid yet",
    ambiguousStatus: 500,
    untrustedConfig: undefined,
  },
  "5.21": {
    version: "5.21.4",
    authUser: true,
    extensions: [...EXTENSIONS, "auth_user", "access_management", "access_management_tls"],
    strictNames: true,
    nullLists: true,
    ownEntryOnly: true,
    protectsServers: true,
    projectsNeedRestricted: false,
    refusesPassword: false,
    notYetValid: "The provided certificate isn't valid yet",
    ambiguousStatus: 500,
    untrustedConfig: undefined,
  },
  "6.x": {
    version: "6.7",
    authUser: true,
    extensions: [
      ...EXTENSIONS,
      "auth_user",
      "access_management",
      "access_management_tls",
      "explicit_trust_token",
      "auth_bearer",
    ],
    strictNames: true,
    nullLists: true,
    ownEntryOnly: true,
    protectsServers: true,
    projectsNeedRestricted: true,
    refusesPassword: true,
    notYetValid: "The provided certificate is not valid yet",
    ambiguousStatus: 400,
    untrustedConfig: { "user.microcloud": "2.1.0" },
  },
};
