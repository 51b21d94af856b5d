/**
 * The differences between versions of LXD that a client of the trust store can see.
 *
 * @module
 */

/**
 * A version of LXD: of each of the three release lines, the last one whose answers are recorded.
 * The recorded "6.10" is a snapshot before the release, which reports 6.9.
 */
export type DialectName = "5.0.2" | "5.21.7" | "6.10";

/** Behavior of a version. Tests compare it with recorded answers of real servers. */
export interface Dialect {
  /** `server_version`. */
  readonly version: string;
  /** Whether the release is a long-term one; `undefined` if the version does not report it. */
  readonly lts: boolean | undefined;
  /** `auth_methods`. */
  readonly authMethods: readonly string[];
  /** Whether GET /1.0 has the caller's name, and whether the caller has a certificate. */
  readonly tellsCaller: boolean;
  /** Callers beside the administrators that see `user.*`. */
  readonly publicConfig: "nobody" | "the untrusted" | "everyone";
  /** Status of a request that sets `oidc.*`, if the provider cannot be reached. */
  readonly oidcStatus: 200 | 400 | 500;
  /** Whether `config` has an id of the server. */
  readonly volatileUuid: boolean;
  /** Extensions that a client may look for. */
  readonly extensions: readonly string[];
  /** Whether there are identities, with names that can be used once. */
  readonly identities: boolean;
  /** Whether names with "/" or a leading "-" are refused on POST. */
  readonly strictNames: boolean;
  /** Whether an empty list of URLs is `null`. */
  readonly nullLists: boolean;
  /** Whether a restricted client sees its own entry only, and may delete it. */
  readonly ownEntryOnly: boolean;
  /** Whether entries of type `server` can neither be deleted nor restricted. */
  readonly protectsServers: boolean;
  /** Whether `projects` without `restricted` is refused. If not, it means full access. */
  readonly projectsNeedRestricted: boolean;
  /** Whether a POST with a trust password is refused. */
  readonly refusesPassword: boolean;
  /** Whether a wrong trust token is refused. */
  readonly readsTrustToken: boolean;
  /** Whether the type is read before it is compared with that of the entry. */
  readonly readsType: boolean;
  /** Whether a change to no certificate is answered. If not, LXD cuts the connection. */
  readonly survivesJunk: boolean;
  /** Status of a POST without a certificate: LXD uses the connection's. */
  readonly noMaterialStatus: 400 | 409;
  /** Status of a change to a certificate that another entry has. */
  readonly takenStatus: 409 | 500;
  /** Status of a request that names a project twice. */
  readonly twiceStatus: 404 | 500;
  /** Status of a prefix that fits several entries. */
  readonly ambiguousStatus: 400 | 500;
  /** Whether the untrusted learn that a method does not exist. */
  readonly tellsMethods: boolean;
  /** Whether an operation deletes projects. */
  readonly deletesProjectsLater: boolean;
  /** Whether the list of projects encodes each name twice. */
  readonly encodesProjectsTwice: boolean;
  /** Roles of the member that leads the database. */
  readonly leaderRoles: readonly string[];
  /** Text for a certificate that is not valid yet. */
  readonly notYetValid: string;
  /** Text for a caller without permission. */
  readonly notAuthorized: string;
  /** Text for an unknown path. */
  readonly notFound: string;
  /** Text for an outdated `If-Match`. */
  readonly etagMismatch: string;
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

const IDENTITY_EXTENSIONS = [
  ...EXTENSIONS,
  "auth_user",
  "access_management",
  "access_management_tls",
  "explicit_trust_token",
  "entities_with_entitlements",
];

const OLDEST: Dialect = {
  version: "5.0.2",
  lts: undefined,
  authMethods: ["tls"],
  tellsCaller: false,
  publicConfig: "nobody",
  oidcStatus: 400,
  volatileUuid: false,
  extensions: EXTENSIONS,
  identities: false,
  strictNames: false,
  nullLists: false,
  ownEntryOnly: false,
  protectsServers: false,
  projectsNeedRestricted: false,
  refusesPassword: false,
  readsTrustToken: false,
  readsType: false,
  survivesJunk: false,
  noMaterialStatus: 400,
  takenStatus: 500,
  twiceStatus: 500,
  ambiguousStatus: 500,
  tellsMethods: false,
  deletesProjectsLater: false,
  encodesProjectsTwice: true,
  leaderRoles: ["database-leader", "database"],
  notYetValid: "The provided certificate isn't valid yet",
  notAuthorized: "not authorized",
  notFound: "not found",
  etagMismatch: "ETag doesn't match",
};

const LONG_TERM: Dialect = {
  ...OLDEST,
  version: "5.21.7",
  lts: true,
  encodesProjectsTwice: false,
  tellsCaller: true,
  publicConfig: "the untrusted",
  oidcStatus: 200,
  extensions: IDENTITY_EXTENSIONS,
  identities: true,
  strictNames: true,
  nullLists: true,
  ownEntryOnly: true,
  protectsServers: true,
  readsTrustToken: true,
  noMaterialStatus: 409,
  takenStatus: 409,
  notAuthorized: "Forbidden",
  notFound: "Not Found",
};

const LATEST: Dialect = {
  ...LONG_TERM,
  version: "6.9",
  lts: false,
  authMethods: ["tls", "bearer"],
  publicConfig: "everyone",
  oidcStatus: 500,
  volatileUuid: true,
  extensions: [...IDENTITY_EXTENSIONS, "auth_bearer"],
  projectsNeedRestricted: true,
  refusesPassword: true,
  readsType: true,
  survivesJunk: true,
  twiceStatus: 404,
  ambiguousStatus: 400,
  tellsMethods: true,
  deletesProjectsLater: true,
  leaderRoles: ["database-leader"],
  notYetValid: "The provided certificate is not valid yet",
  etagMismatch: "ETag does not match",
};

/** The dialects by name, oldest first. */
export const DIALECTS: Readonly<Record<DialectName, Dialect>> = {
  "5.0.2": OLDEST,
  "5.21.7": LONG_TERM,
  "6.10": LATEST,
};
