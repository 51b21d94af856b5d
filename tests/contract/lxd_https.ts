/**
 * The interface `lxd-https` in the contract's table. It shares no code with the charm, so that it
 * can check the charm.
 *
 * @module
 */
import assert from "node:assert/strict";
import { fingerprintOf as fingerprintOfPem } from "../certificates.ts";
import { type Interface, textOf } from "./interface.ts";
import { certificateStates, registeredCertificates, rejectedCertificates } from "./lxd.ts";

/** The interface `lxd-https`. */
export const LXD_HTTPS: Interface = {
  name: "lxd-https",
  write: ({ certificates, projects = [], form }, named) => {
    assert.ok(certificates.length <= 1, "Requirers of lxd-https write one certificate");
    return {
      version: form ? "" : "1.0",
      certificate: form === "no key"
        ? ""
        : certificates.map((name) => textOf(name, named)).join(""),
      projects: projects.join(","),
    };
  },
  answer: (answer, { named, application, nodes, serverCertificate }) => ({
    ...answer.trusted.length > 0 && {
      version: "1.0",
      certificate: serverCertificate,
      certificate_fingerprint: fingerprintOfPem(serverCertificate),
      addresses: nodes.map(({ endpoint }) => endpoint.slice("https://".length)).join(),
      ...answer.projects && { projects: answer.projects.join() },
      registered_certificates: registeredCertificates(answer, named),
      ...answer.projects?.length === 1 && { project: answer.projects[0] ?? "" },
    },
    ...rejectedCertificates(answer, named, application),
    ...certificateStates(answer, named),
  }),
  isForApplication: () => true,
  // A client of charm-lxd takes the version as the sign that its certificate is trusted.
  check: ({ version }, { trusted }) => assert.equal(version !== undefined, trusted.length > 0),
  // The client reads only these keys.
  wayIn: ({ addresses, certificate: pem, certificate_fingerprint: fingerprint }) =>
    addresses && pem && fingerprint
      ? {
        endpoints: addresses.split(",").map((address) => `https://${address}`),
        server: { pem, fingerprint },
      }
      : undefined,
};
