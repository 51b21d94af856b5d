/**
 * Has LXD add our certificate to its trust store, by a trust token.
 *
 * @module
 */
import * as z from "zod/mini";
import type { TrustToken } from "../credential/trust_token.ts";
import { type Certificate, outOfDate } from "../requirer/certificate.ts";
import type { ShownServer } from "./list_nodes.ts";
import type { LxdRequest, RequestFailure } from "./request.ts";

/** What it takes. */
export interface Enrolment {
  /** The token. */
  readonly token: TrustToken;
  /** Our certificate, by which the connection is made. */
  readonly certificate: Certificate;
  /** Current time. */
  readonly now: Date;
}

/** Why LXD does not trust our certificate. */
export type EnrolmentFailure =
  | RequestFailure
  /** LXD does not take the token: it was used, withdrawn, or made by another LXD. */
  | { readonly kind: "token-refused" }
  /** The same, and the token has expired by our clock. */
  | { readonly kind: "token-expired"; readonly at: Date }
  /** Our certificate is out of date. LXD would take the token, and refuse the certificate. */
  | { readonly kind: "own-expired" };

/** The extension of LXD's API that has a field for tokens. Before it, they were sent as passwords. */
const EXTENSION = "explicit_trust_token";

const ACTION = "trust-token";

const FORBIDDEN = 403;
const FAILED = 500;
/** LXD 5.0 and later LXD say so to a client that they trust already. */
const TRUSTED: readonly number[] = [400, 409];

/**
 * Has LXD add the certificate of the connection to its trust store. LXD takes a token once.
 *
 * @param request Sends requests by our certificate.
 * @param shown The server, as it shows itself to the untrusted.
 * @returns Why LXD did not, or undefined if LXD should trust us now.
 */
export async function enrol(
  request: LxdRequest,
  shown: ShownServer,
  { token, certificate, now }: Enrolment,
): Promise<EnrolmentFailure | undefined> {
  if (outOfDate(certificate, now)) return { kind: "own-expired" };
  const isExplicit = shown.api_extensions?.includes(EXTENSION) ?? true;
  // Incus always had the field, and does not know the extension. LXD 6.2 and later refuse passwords.
  const password = isExplicit ? {} : { password: token.text };
  const body = { type: "client", "trust_token": token.text, ...password };
  const reply = await request(z.unknown(), "/1.0/certificates", { method: "POST", body });
  if (reply.kind === "done") return undefined;
  if (reply.kind === "unreachable" && reply.hasAnswered) {
    // The token is spent. To ask again would hide LXD's words.
    return { kind: "refused", status: FAILED, message: reply.cause, action: ACTION };
  }
  if (reply.kind !== "refused") return reply;
  if (TRUSTED.includes(reply.status)) return undefined;
  if (reply.status !== FORBIDDEN) return { ...reply, action: ACTION };
  const { expiresAt } = token;
  return expiresAt && expiresAt <= now
    ? { kind: "token-expired", at: expiresAt }
    : { kind: "token-refused" };
}
