/**
 * Where LXD is and how to enter it: from the operator's options, or from what `juju trust` opens.
 *
 * @module
 */
import { createPrivateKey, X509Certificate } from "node:crypto";
import * as z from "zod/mini";
import {
  type Certificate,
  firstCertificate,
  pemBlocks,
  readCertificate,
  renderPem,
} from "./certificate.ts";
import { normaliseEndpoint } from "./endpoint.ts";
import type { Outcome } from "./outcome.ts";

/** All that is needed to enter LXD. Never logged, and never written anywhere. */
export interface Credentials {
  /** `https://host:port`. */
  readonly endpoint: string;
  /** Our client certificate as PEM, followed by those of its authorities where it has any. */
  readonly certificate: string;
  /** Fingerprint of our client certificate. */
  readonly own: Certificate["fingerprint"];
  /** Our private key as PEM: PKCS#8, PKCS#1 or SEC1. */
  readonly key: string;
  /** The one server certificate that we talk to. */
  readonly server: Certificate;
}

/** The values of the application's options, as `config-get` gives them. */
export type Config = Readonly<Record<string, unknown>>;

/** What was found: credentials, or what the operator has to do. */
export type Found =
  | { readonly kind: "complete"; readonly credentials: Credentials }
  | Extract<
    Outcome,
    { kind: "no-access" | "missing" | "other-cloud" | "unreadable" }
  >;

/** The four parts, by the name that the operator knows each of them by. */
interface Parts {
  readonly endpoint: Part;
  readonly certificate: Part;
  readonly key: Part;
  readonly server: Part;
}

interface Part {
  readonly name: string;
  readonly value: string;
}

const CloudSpec = z.object({
  type: z.string(),
  endpoint: z.optional(z.string()),
  credential: z.optional(z.object({
    "auth-type": z.optional(z.string()),
    attrs: z.optional(z.nullable(z.record(z.string(), z.string()))),
  })),
});

/**
 * Finds the credentials. The operator's options come first, all four or none; then the cloud.
 *
 * @param config The application's options.
 * @param cloud What `credential-get` gave; undefined where access is denied.
 * @returns The credentials, or what is missing or unreadable.
 */
export function findCredentials(config: Config, cloud: unknown): Found {
  const options = {
    endpoint: option(config, "lxd_endpoint"),
    certificate: option(config, "lxd_client_cert"),
    key: option(config, "lxd_client_key"),
    server: option(config, "lxd_server_cert"),
  };
  if (Object.values(options).some(({ value }) => value !== "")) return readParts(options);
  if (cloud === undefined) return { kind: "no-access" };
  return readCloud(cloud);
}

function option(config: Config, name: string): Part {
  const value = config[name];
  return { name, value: typeof value === "string" ? value.trim() : "" };
}

function readCloud(cloud: unknown): Found {
  const result = CloudSpec.safeParse(cloud);
  if (!result.success) return { kind: "other-cloud", found: "a credential that cannot be read" };
  const { type, endpoint = "", credential } = result.data;
  if (type !== "lxd") return { kind: "other-cloud", found: `a cloud of type "${type}"` };
  const authType = credential?.["auth-type"];
  if (authType !== "certificate") {
    return { kind: "other-cloud", found: `a credential of type "${authType ?? "none"}"` };
  }
  const attribute = (name: string): Part => ({
    name: `${name} of the cloud's credential`,
    value: credential?.attrs?.[name]?.trim() ?? "",
  });
  return readParts({
    endpoint: { name: "endpoint of the cloud", value: endpoint },
    certificate: attribute("client-cert"),
    key: attribute("client-key"),
    server: attribute("server-cert"),
  });
}

function readParts(parts: Parts): Found {
  const missing = Object.values(parts).filter(({ value }) => value === "").map(({ name }) => name);
  if (missing.length > 0) return { kind: "missing", names: missing };
  const endpoint = normaliseEndpoint(parts.endpoint.value);
  if (!endpoint) return unreadable(parts.endpoint, "it must be https://host:port");
  const chain = pemBlocks(parts.certificate.value).filter(({ label }) => label === "CERTIFICATE");
  const certificate = chain[0] && readCertificate(chain[0]);
  if (!certificate) return unreadable(parts.certificate, "it must be a PEM certificate");
  const server = firstCertificate(parts.server.value);
  if (!server) return unreadable(parts.server, "it must be a PEM certificate");
  const key = readKey(parts.key.value);
  if (!key) return unreadable(parts.key, "it must be a PEM private key without a passphrase");
  if (!new X509Certificate(certificate.pem).checkPrivateKey(key.object)) {
    return unreadable(parts.key, `it does not belong to ${parts.certificate.name}`);
  }
  return {
    kind: "complete",
    credentials: {
      endpoint,
      certificate: chain.map(renderPem).join(""),
      own: certificate.fingerprint,
      key: key.pem,
      server,
    },
  };
}

interface Key {
  readonly pem: string;
  readonly object: ReturnType<typeof createPrivateKey>;
}

function readKey(text: string): Key | undefined {
  try {
    const block = pemBlocks(text).find(({ label }) => label.endsWith("PRIVATE KEY"));
    const pem = block ? renderPem(block) : "";
    return { pem, object: createPrivateKey(pem) };
  } catch {
    return undefined;
  }
}

function unreadable({ name }: Part, reason: string): Found {
  return { kind: "unreadable", name, reason };
}
