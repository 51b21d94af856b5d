/**
 * Reads the credential from the operator's secret or options, or from the cloud that `juju trust` opens.
 * A token among them stands for the credential that the charm makes itself: see `own.ts`.
 *
 * @module
 */
import * as z from "zod/mini";
import { type Credentials, type Part, type Parts, readParts, type Unreadable } from "./parts.ts";

/** The values of the application's options, as `config-get` gives them. */
export type Config = Readonly<Record<string, unknown>>;

/** The source of the credential. */
export type Source =
  /** The secret of this URI. */
  | { readonly kind: "secret"; readonly uri: string }
  /** None: the option for the secret holds no URI. */
  | Unreadable
  /** The four options. */
  | { readonly kind: "options"; readonly parts: Parts }
  /** The charm's own credential, and the token that lets LXD trust it. */
  | { readonly kind: "token"; readonly token: Part }
  /** The cloud that Juju runs on. `server`: the option that completes its credential. */
  | { readonly kind: "cloud"; readonly server?: Part };

/** The answer of `secret-get`. */
export type Secret =
  | { readonly kind: "content"; readonly content: Readonly<Record<string, string>> }
  /** Juju refuses it, with these words. */
  | { readonly kind: "refused"; readonly words: string };

/** The reasons for missing credentials, which the operator has to correct. */
export type CredentialFailure =
  /** The application may not see the cloud's credential. */
  | { readonly kind: "no-access" }
  /** Juju refuses the operator's secret: most likely it is not granted, or there is none. */
  | {
    readonly kind: "no-secret";
    readonly uri: string;
    readonly isAbsent: boolean;
    /** The text of Juju's refusal. */
    readonly words: string;
  }
  /** Parts are missing. `names`: as the operator knows them. `secret`: URI of the incomplete secret. */
  | {
    readonly kind: "missing";
    readonly names: readonly string[];
    readonly secret: string | undefined;
  }
  /** The leader has to make our own key, or to have LXD trust it. */
  | { readonly kind: "no-key" }
  /** Juju does not show our own secret, with these words. */
  | { readonly kind: "no-own-secret"; readonly words: string }
  /** The token is none. */
  | { readonly kind: "no-token"; readonly name: string }
  /** Juju's cloud is not LXD, or its credential is of no use here. */
  | { readonly kind: "other-cloud"; readonly found: string }
  | Unreadable;

/** Credentials, or why there are none. */
export type Found =
  | { readonly kind: "complete"; readonly credentials: Credentials }
  | CredentialFailure;

const NO_URI = "it must be the URI of a secret, as juju add-secret prints it";
// It is an argument of secret-get, which takes a text with a leading dash for an option. Of a text that
// passes, Juju says whether it is a secret's.
const URI_REGEXP = /^\w[\w:/?=.-]{0,199}$/;

/** Name of the field for the token in the operator's secret. */
const TOKEN = "trust-token";

const NAMES = ["endpoint", "client-cert", "client-key", "server-cert"] as const;

const CloudSpec = z.object({
  type: z.string(),
  endpoint: z.optional(z.string()),
  credential: z.optional(z.object({
    "auth-type": z.optional(z.string()),
    attrs: z.nullish(z.object({
      "client-cert": z.optional(z.string()),
      "client-key": z.optional(z.string()),
      "server-cert": z.optional(z.string()),
    })),
  })),
});

/**
 * Chooses the source of the credential. The secret comes before the four options, the options before
 * the token, and the token before the cloud. The server's certificate alone completes the cloud's
 * credential, which often lacks it.
 *
 * @example The server's certificate alone
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(sourceOf({ lxd_server_cert: "PEM" }).kind, "cloud");
 * assert.equal(sourceOf({ lxd_endpoint: "10.0.0.1" }).kind, "options");
 * ```
 */
export function sourceOf(config: Config): Source {
  const { name, value: uri } = option(config, "credentials-secret");
  if (uri) {
    return URI_REGEXP.test(uri)
      ? { kind: "secret", uri }
      : { kind: "unreadable", name, reason: NO_URI };
  }
  const parts = {
    endpoint: option(config, "lxd_endpoint"),
    certificate: option(config, "lxd_client_cert"),
    key: option(config, "lxd_client_key"),
    server: option(config, "lxd_server_cert"),
  };
  const { server, ...others } = parts;
  const isSet = Object.values(others).some(({ value }) => value !== "");
  if (isSet) return { kind: "options", parts };
  const token = option(config, "trust-token");
  if (token.value) return { kind: "token", token };
  return server.value ? { kind: "cloud", server } : { kind: "cloud" };
}

/**
 * Finds the token in the operator's secret.
 *
 * @returns The token, or undefined if the secret has none.
 */
export function tokenIn(secret: Secret): Part | undefined {
  const value = secret.kind === "content" ? secret.content[TOKEN]?.trim() : undefined;
  return value ? { name: `${TOKEN} of credentials-secret`, value } : undefined;
}

/**
 * Reads the operator's secret, unless it has a token.
 *
 * @param now Current time.
 */
export function readSecret(uri: string, secret: Secret, now: Date): Found {
  if (secret.kind !== "content") {
    const { words } = secret;
    // Juju also refuses a text that is no URI, and a revision that was removed. Only the advice
    // depends on the words.
    return { kind: "no-secret", uri, isAbsent: /not (found|valid)/.test(words), words };
  }
  const { content } = secret;
  const names = NAMES.filter((name) => !content[name]?.trim());
  if (names.length > 0) return { kind: "missing", names, secret: uri };
  const field = (name: typeof NAMES[number]): Part => ({
    name: `${name} of credentials-secret`,
    value: content[name] ?? "",
  });
  return readParts({
    endpoint: field("endpoint"),
    certificate: field("client-cert"),
    key: field("client-key"),
    server: field("server-cert"),
  }, now);
}

/**
 * Reads the operator's options.
 *
 * @param now Current time.
 */
export function readOptions(parts: Parts, now: Date): Found {
  const names = Object.values(parts).filter(({ value }) => value === "").map(({ name }) => name);
  return names.length > 0 ? { kind: "missing", names, secret: undefined } : readParts(parts, now);
}

/**
 * Reads the cloud's credential.
 *
 * @param cloud The output of `credential-get`; undefined if access is denied.
 * @param now Current time.
 * @param server The server's certificate from the option. @default {that of the credential}
 */
export function readCloud(cloud: unknown, now: Date, server?: Part): Found {
  if (cloud === undefined) return { kind: "no-access" };
  const result = CloudSpec.safeParse(cloud);
  if (!result.success) return { kind: "other-cloud", found: "a credential that cannot be read" };
  const { type, endpoint = "", credential } = result.data;
  if (type !== "lxd") return { kind: "other-cloud", found: `a cloud of type "${type}"` };
  const authType = credential?.["auth-type"];
  if (authType !== "certificate") {
    return { kind: "other-cloud", found: `a credential of type "${authType ?? "none"}"` };
  }
  const attribute = (name: "client-cert" | "client-key" | "server-cert"): Part => ({
    name: `${name} of the cloud's credential`,
    value: credential?.attrs?.[name]?.trim() ?? "",
  });
  return readOptions({
    endpoint: { name: "endpoint of the cloud", value: endpoint },
    certificate: attribute("client-cert"),
    key: attribute("client-key"),
    server: server ?? attribute("server-cert"),
  }, now);
}

function option(config: Config, name: string): Part {
  const value = config[name];
  return { name, value: typeof value === "string" ? value.trim() : "" };
}
