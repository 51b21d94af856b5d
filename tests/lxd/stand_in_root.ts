/**
 * The stand-in's `/1.0`: the server as a caller sees it, and its configuration.
 *
 * @module
 */
import { hostname } from "node:os";
import * as z from "zod/mini";
import { fingerprintOf } from "../certificates.ts";
import {
  type Answer,
  type Caller,
  failure,
  fingerprintOfCaller,
  isAdministrator,
  NOT_AUTHORIZED,
  NOT_FOUND,
  success,
} from "./stand_in_answer.ts";
import { type Call, etagOf, type ListedMember, nameOf, type State } from "./stand_in_state.ts";

const Config = z.object({ config: z.record(z.string(), z.string()) });
const UUID = "00000000-0000-4000-8000-000000000002";
const PUBLIC_REGEXPS = { "the untrusted": /^user\./, everyone: /^(user|oidc)\./ };

/** Answers a request about the server itself. */
export function answerServer(call: Call): Answer {
  const { state, caller, request } = call;
  if (request.method === "GET") return show(call);
  if (!isAdministrator(caller)) return NOT_AUTHORIZED;
  return request.method === "PATCH" ? configure(state, request.body) : NOT_FOUND;
}

function show({ state, caller, request, member }: Call): Answer {
  const { dialect, identity, clusterName } = state;
  const isUntrusted = caller.kind === "untrusted";
  const config = configFor(state, caller, member);
  const entitlements = request.query.get("with-access-entitlements")?.split(",");
  if (entitlements !== undefined && dialect.identities && caller.kind !== "identity") {
    return failure(400, "Cannot get entitlements of who is not a fine-grained identity");
  }
  const common = {
    "api_extensions": dialect.extensions,
    "api_status": "stable",
    "api_version": "1.0",
    auth: isUntrusted ? "untrusted" : "trusted",
    public: false,
    "auth_methods": dialect.authMethods,
    ...(config === undefined ? {} : { config }),
    ...(dialect.tellsCaller ? { "client_certificate": isPresented(caller) } : {}),
  };
  if (isUntrusted) return success(common);
  const shown = {
    ...common,
    ...(dialect.tellsCaller
      ? {
        "auth_user_name": fingerprintOfCaller(caller) ?? "root",
        "auth_user_method": caller.kind === "administrator" ? "unix" : "tls",
      }
      : {}),
    ...(caller.kind === "identity" && entitlements !== undefined
      ? { "access_entitlements": entitlements.filter((one) => isEntitled(caller, one)) }
      : {}),
    environment: {
      addresses: [`${member.address}:8443`],
      certificate: identity.certificate,
      "certificate_fingerprint": fingerprintOf(identity.certificate),
      project: "default",
      server: "lxd",
      "server_clustered": clusterName !== undefined,
      "server_name": clusterName === undefined ? hostname() : nameOf(state, member),
      "server_version": dialect.version,
      ...(dialect.lts === undefined ? {} : { "server_lts": dialect.lts }),
    },
  };
  return success(shown, { headers: { etag: etagOf(shown) } });
}

function isPresented(caller: Caller): boolean {
  return caller.kind === "untrusted" ? caller.presented : caller.kind !== "administrator";
}

function isEntitled({ entitlements }: Caller & { kind: "identity" }, wanted: string): boolean {
  return entitlements.includes("admin") || entitlements.includes(wanted);
}

function configFor(
  state: State,
  caller: Caller,
  { address }: ListedMember,
): Readonly<Record<string, string>> | null | undefined {
  const { dialect, config, clusterName } = state;
  if (isAdministrator(caller)) {
    const clustered = {
      "cluster.https_address": `${address}:8443`,
      "cluster.offline_threshold": "11",
    };
    return {
      ...(clusterName === undefined ? {} : clustered),
      "core.https_address": `${address}:8443`,
      ...(dialect.volatileUuid ? { "volatile.uuid": UUID } : {}),
      ...Object.fromEntries(config),
    };
  }
  const isUntrusted = caller.kind === "untrusted";
  if (dialect.publicConfig === "nobody") return isUntrusted ? undefined : null;
  if (dialect.publicConfig === "the untrusted" && !isUntrusted) return null;
  const isPublic = PUBLIC_REGEXPS[dialect.publicConfig];
  const shown = [...config].filter(([key]) => isPublic.test(key));
  return shown.length === 0 ? null : Object.fromEntries(shown);
}

function configure({ config, dialect }: State, body: unknown): Answer {
  const parsed = z.safeParse(Config, body);
  if (!parsed.success) return failure(400, "json: cannot unmarshal the request");
  const changes = Object.entries(parsed.data.config);
  if (dialect.oidcStatus !== 200 && changes.some(([key]) => key.startsWith("oidc."))) {
    return failure(dialect.oidcStatus, "Cannot set oidc.issuer: no provider can be asked");
  }
  for (const [key, value] of changes) {
    if (value === "") config.delete(key);
    else config.set(key, value);
  }
  return success({});
}
