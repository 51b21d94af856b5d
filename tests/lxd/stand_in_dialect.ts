/**
 * What the versions of LXD do differently, as far as a client of the trust store can see it.
 *
 * @module
 */

/**
 * A version of LXD, as `recordings/` has it: of the three lines, the last one whose answers were
 * recorded. "6.10" is what becomes 6.10, and still says 6.9 of itself.
 */
export type DialectName = "5.0.2" | "5.21.7" | "6.10";

/** How a version behaves. Recorded answers of real servers prove it. */
export interface Dialect {
  /** `server_version`. */
  readonly version: string;
  /** Whether the server is of a long-term line; `undefined` where it does not say. */
  readonly lts: boolean | undefined;
  /** `auth_methods`. */
  readonly authMethods: readonly string[];
  /** Whether GET /1.0 tells the caller's name, and whether it came with a certificate. */
  readonly tellsCaller: boolean;
  /** To whom `user.*` is shown beside the administrators. */
  readonly publicConfig: "nobody" | "the untrusted" | "everyone";
  /** What comes of setting `oidc.*` where no provider can be asked. */
  readonly oidcStatus: 200 | 400 | 500;
  /** Whether the server has an id of its own in `config`. */
  readonly volatileUuid: boolean;
  /** Extensions that a client may look for. */
  readonly extensions: readonly string[];
  /** Whether there are identities, and a name can be used once among all of them. */
  readonly identities: boolean;
  /** Whether names with "/" or a leading "-" are refused on POST. */
  readonly strictNames: boolean;
  /** Whether an empty list of URLs is `null`. */
  readonly nullLists: boolean;
  /** Whether a restricted client sees its own entry only, and may delete it. */
  readonly ownEntryOnly: boolean;
  /** Whether entries of type `server` can neither be deleted nor restricted. */
  readonly protectsServers: boolean;
  /** Whether `projects` without `restricted` is refused; where not, it means full access. */
  readonly projectsNeedRestricted: boolean;
  /** Whether a POST with a trust password is refused. */
  readonly refusesPassword: boolean;
  /** Whether a token that does not fit is refused. */
  readonly readsTrustToken: boolean;
  /** Whether the type is read before it is compared with that of the entry. */
  readonly readsType: boolean;
  /** Whether a certificate that is none is answered; where not, the connection is cut. */
  readonly survivesJunk: boolean;
  /** Status for a POST without material: that of the connection is taken. */
  readonly noMaterialStatus: 400 | 409;
  /** Status for a certificate that another entry has. */
  readonly takenStatus: 409 | 500;
  /** Status for a project that is named twice. */
  readonly twiceStatus: 404 | 500;
  /** Status for a prefix that fits more than one entry. */
  readonly ambiguousStatus: 400 | 500;
  /** Whether the untrusted are told of a method that does not exist. */
  readonly tellsMethods: boolean;
  /** Whether projects are deleted by an operation. */
  readonly deletesProjectsLater: boolean;
  /** Roles of the member that leads the database. */
  readonly leaderRoles: readonly string[];
  /** Text for a certificate of the future. */
  readonly notYetValid: string;
  /** Text for who may not. */
  readonly notAuthorized: string;
  /** Text for a path that does not exist. */
  readonly notFound: string;
  /** Text for an `If-Match` that is outdated. */
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
