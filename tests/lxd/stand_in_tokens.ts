/**
 * Trust tokens of the stand-in. Each adds one certificate to the trust store.
 *
 * @module
 */
import { X509Certificate } from "node:crypto";
import * as z from "zod/mini";
import { fingerprintOf } from "../certificates.ts";
import {
  accepted,
  type Answer,
  type Caller,
  failure,
  NOT_AUTHORIZED,
  success,
} from "./stand_in_answer.ts";
import { entryOf, isNameTaken, type State, type TokenRequest } from "./stand_in_state.ts";

const PATH = "/1.0/certificates";

const Token = z.object({ "client_name": z.string(), secret: z.string() });

/** Makes a token. The operation holds what the token consists of. */
export function makeToken(state: State, caller: Caller, request: TokenRequest): Answer {
  const secret = crypto.randomUUID().replaceAll("-", "");
  state.tokens.set(secret, request);
  const operation = { description: "Executing operation", entity: PATH, location: "none" };
  const { body, ...answer } = accepted({ ...operation, caller });
  const { metadata, ...envelope } = body as {
    readonly metadata: Readonly<Record<string, unknown>>;
  };
  const token = {
    // Those of the member that makes it.
    addresses: state.members.slice(0, 1).map(({ address }) => `${address}:8443`),
    fingerprint: fingerprintOf(state.identity.certificate),
    request: { ...request, token: true },
    secret,
  };
  return { ...answer, body: { ...envelope, metadata: { ...metadata, metadata: token } } };
}

/** Adds the certificate of an untrusted caller's connection by a token. */
export function takeToken(
  state: State,
  caller: Caller & { readonly kind: "untrusted" },
  text: string,
): Answer {
  const { success: isToken, data } = z.safeParse(Token, parse(text));
  if (!isToken || !caller.raw) return NOT_AUTHORIZED;
  const request = state.tokens.get(data.secret);
  if (!request) {
    return state.dialect.readsTrustToken
      ? NOT_AUTHORIZED
      : failure(403, "No matching certificate add operation found");
  }
  state.tokens.delete(data.secret);
  const entry = entryOf(state, new X509Certificate(caller.raw), { ...request, type: "client" });
  if (state.dialect.identities && isNameTaken(state, entry.name)) {
    return failure(409, "Certificate already exists");
  }
  state.entries.set(entry.fingerprint, entry);
  return success(null, { status: 201, headers: { location: `${PATH}/${entry.fingerprint}` } });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(atob(text));
  } catch {
    return undefined;
  }
}
