/**
 * The requirer's side of the interface `lxd`. A charm writes its certificates for LXD's trust store, and
 * reads the provider's answer. The library takes and returns databags. The charm reads and writes them.
 *
 * `createPinnedFetch()` of `pinned_fetch.ts` then speaks with the nodes: `server` of the
 * {@linkcode Answer} is its option of that name.
 *
 * @module
 */
export { type Answer, type AnsweredNode, readAnswer } from "./answer.ts";
export type { Certificate } from "./certificate.ts";
export {
  PROVIDER_ERROR_CODES,
  type ProviderErrorCode,
  REJECTION_CODES,
  type RejectionCode,
  WARNING_CODES,
  type WarningCode,
  type Words,
} from "./codes.ts";
export type { CertificateState, Databag, ProviderError, Rejection } from "./databag.ts";
export { type Offer, renderOffer } from "./offer.ts";
export { expiresAt, renewsAt, rotate, type Rotation } from "./rotation.ts";
export { canWait, grantedProjects, isReady, type Standing, standingOf } from "./standing.ts";
