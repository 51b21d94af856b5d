/**
 * The name by which a client's TLS checks the certificate that LXD presents.
 *
 * @module
 */
import { X509Certificate } from "node:crypto";
import type { Certificate } from "../requirer/certificate.ts";
import { attempt } from "../requirer/x509.ts";

const NAME_REGEXP = /(?:^|, )(DNS|IP Address):([^",]+)/g;

/** Stands for the part of a name that a certificate leaves open. */
const ANY = "lxd";

/**
 * Finds a name in a certificate. LXD's certificate seldom names the address at which LXD is reached, so
 * a client that cannot pin a certificate has to expect another name. The certificate is trusted by itself,
 * so each of its names does.
 *
 * @returns A DNS name, or else an address; undefined if the certificate has no name.
 */
export function serverName({ pem }: Pick<Certificate, "pem">): string | undefined {
  const text = attempt(() => new X509Certificate(pem).subjectAltName) ?? "";
  const names = [...text.matchAll(NAME_REGEXP)];
  const [, , name] = names.find(([, kind]) => kind === "DNS") ?? names[0] ?? [];
  return name?.replace(/^\*/, ANY);
}
