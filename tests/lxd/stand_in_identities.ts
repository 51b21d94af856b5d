/**
 * The stand-in's `/1.0/auth`: groups, and identities. The list of identities has certificates, too.
 *
 * @module
 */
import { X509Certificate } from "node:crypto";
import * as z from "zod/mini";
import {
  type Answer,
  type Caller,
  failure,
  fingerprintOfCaller,
  isAdministrator,
  mayManage,
  NOT_AUTHORIZED,
  NOT_FOUND,
  type StandInRequest,
  success,
} from "./stand_in_answer.ts";
import { type Identity, isNameTaken, type State } from "./stand_in_state.ts";
import type { TrustEntry } from "./world.ts";

const IDENTITIES = "/1.0/auth/identities";
const TLS = `${IDENTITIES}/tls`;
const GROUPS = "/1.0/auth/groups";

const Post = z.object({
  name: z.string(),
  certificate: z.string(),
  groups: z.optional(z.nullable(z.array(z.string()))),
});
const Group = z.object({
  name: z.string(),
  permissions: z.optional(z.array(z.object({
    "entity_type": z.string(),
    url: z.string(),
    entitlement: z.string(),
  }))),
});

const TYPES: Readonly<Record<string, string>> = {
  metrics: "Metrics certificate (unrestricted)",
  server: "Server certificate",
};

/** Answers a request about identities or groups. */
export function answerIdentities(state: State, caller: Caller, request: StandInRequest): Answer {
  const { method, path } = request;
  if (!state.dialect.identities) return NOT_FOUND;
  if (caller.kind === "untrusted") return NOT_AUTHORIZED;
  if (path === GROUPS && method === "POST") return addGroup(state, caller, request.body);
  if (path === `${IDENTITIES}/current` && method === "GET") return current(state, caller);
  if (path === TLS && method === "POST") return add(state, caller, request.body);
  if (path === IDENTITIES || path === TLS) {
    return method === "GET" ? list(state, caller, request) : failure(501, "Not Implemented");
  }
  if (!path.startsWith(`${TLS}/`)) return NOT_FOUND;
  return answerIdentity(state, caller, request);
}

function list(state: State, caller: Caller, { query }: StandInRequest): Answer {
  const isSeen = (fingerprint: string) =>
    mayManage(caller, "view") || fingerprint === fingerprintOfCaller(caller);
  const all = [...state.entries.values(), ...state.identities.values()]
    .filter(({ fingerprint }) => isSeen(fingerprint));
  if (query.get("recursion") === "1") return success(all.map((each) => shownOf(each)));
  return success(all.map(({ fingerprint }) => `${TLS}/${fingerprint}`));
}

function answerIdentity(state: State, caller: Caller, { method, path }: StandInRequest): Answer {
  const id = decodeURIComponent(path.slice(TLS.length + 1));
  const found = [...state.entries.values(), ...state.identities.values()]
    .find(({ name, fingerprint }) => id === name || fingerprint.startsWith(id));
  if (found === undefined) return failure(404, "Identity not found");
  const isOwn = found.fingerprint === fingerprintOfCaller(caller);
  if (method === "GET") {
    return isOwn || mayManage(caller, "view") ? success(shownOf(found)) : NOT_AUTHORIZED;
  }
  if (method === "DELETE") {
    if (!isOwn && !mayManage(caller, "delete")) return NOT_AUTHORIZED;
    if (!state.identities.delete(found.fingerprint)) {
      return failure(400, "Cannot delete an identity that is no fine-grained one");
    }
    return success({});
  }
  if (method === "PATCH" || method === "PUT") {
    // LXD ignores a new name, without an error.
    return isOwn || mayManage(caller, "edit") ? success({}) : NOT_AUTHORIZED;
  }
  return failure(501, "Not Implemented");
}

function add(state: State, caller: Caller, body: unknown): Answer {
  const parsed = z.safeParse(Post, body);
  if (!parsed.success) return failure(400, "Identity name and certificate must be provided");
  if (!mayManage(caller, "create")) return NOT_AUTHORIZED;
  const { name } = parsed.data;
  const groups = parsed.data.groups ?? [];
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(parsed.data.certificate);
  } catch {
    return failure(400, "Invalid certificate material: Invalid PEM block");
  }
  const fingerprint = certificate.fingerprint256.replaceAll(":", "").toLowerCase();
  const { entries, identities } = state;
  if (entries.has(fingerprint) || identities.has(fingerprint) || isNameTaken(state, name)) {
    return failure(409, "Identity already exists");
  }
  if (groups.some((group) => !state.groups.has(group))) return failure(404, "Group not found");
  identities.set(fingerprint, {
    name,
    fingerprint,
    certificate: `${certificate.toString().trim()}\n`,
    groups,
  });
  return success(null, { status: 201, headers: { location: `${TLS}/${fingerprint}` } });
}

function addGroup(state: State, caller: Caller, body: unknown): Answer {
  if (!isAdministrator(caller)) return NOT_AUTHORIZED;
  const parsed = z.safeParse(Group, body);
  if (!parsed.success) return failure(400, "json: cannot unmarshal the request");
  const { name, permissions = [] } = parsed.data;
  if (state.groups.has(name)) return failure(409, "Group already exists");
  const onServer = permissions.filter((permission) => permission.entity_type === "server");
  state.groups.set(name, onServer.map(({ entitlement }) => entitlement));
  return success(null, { status: 201, headers: { location: `${GROUPS}/${name}` } });
}

function current(state: State, caller: Caller): Answer {
  const own = fingerprintOfCaller(caller);
  const found = own === undefined ? undefined : state.identities.get(own) ?? state.entries.get(own);
  if (found === undefined) {
    return failure(400, "Current identity information must be requested via the HTTPS API");
  }
  const entitlements = caller.kind === "identity" ? caller.entitlements : [];
  return success({
    ...shownOf(found),
    "effective_groups": "groups" in found ? found.groups : [],
    "effective_permissions": entitlements.map((entitlement) => ({
      "entity_type": "server",
      url: "/1.0",
      entitlement,
    })),
    "fine_grained": "groups" in found,
  });
}

function shownOf(found: Identity | TrustEntry): Readonly<Record<string, unknown>> {
  return {
    "authentication_method": "tls",
    type: typeOf(found),
    name: found.name,
    id: found.fingerprint,
    groups: "groups" in found ? found.groups : [],
    "tls_certificate": found.certificate,
  };
}

function typeOf(found: Identity | TrustEntry): string {
  if ("groups" in found) return "Client certificate";
  const restriction = found.restricted ? "restricted" : "unrestricted";
  return TYPES[found.type] ?? `Client certificate (${restriction})`;
}
