/**
 * Clients with kinds of keys that only `openssl` makes.
 *
 * @module
 */
import { fingerprintOf, type TestCertificate } from "../certificates.ts";
import { ensurePackages } from "../packages.ts";
import { makeTemporaryFolder } from "../temporary.ts";

/** A certificate with its private key. */
export type OpensslCertificate = Pick<TestCertificate, "certificate" | "key" | "fingerprint">;

/** A client that `openssl` makes. */
export interface OpensslKind {
  /** Arguments of `openssl genpkey`. */
  readonly key: readonly string[];
  /** Arguments of `openssl genpkey` for parameters that the key needs first. */
  readonly parameters?: readonly string[];
  /** Further arguments of `openssl req -x509`. */
  readonly request?: readonly string[];
}

const REQUEST = "GET /1.0 HTTP/1.1\r\nHost: lxd\r\nConnection: close\r\n\r\n";

/** Makes a key and a certificate that is signed with it. */
export async function createOpensslCertificate(
  { key, parameters, request = [] }: OpensslKind,
): Promise<OpensslCertificate> {
  const folder = await makeTemporaryFolder({ prefix: "openssl-" });
  try {
    const [parametersPath, keyPath] = [`${folder}/parameters`, `${folder}/key`];
    if (parameters) await openssl(["genpkey", ...parameters, "-out", parametersPath]);
    const given = parameters ? ["-paramfile", parametersPath] : [];
    await openssl(["genpkey", ...key, ...given, "-out", keyPath]);
    const made = ["-new", "-x509", "-key", keyPath, "-subj", "/CN=test", "-days", "3650"];
    const certificate = await openssl(["req", ...made, ...request]);
    return {
      certificate,
      key: await Deno.readTextFile(keyPath),
      fingerprint: fingerprintOf(certificate),
    };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Asks LXD whether it trusts a client. Returns undefined if LXD ends the connection. */
export async function opensslAuthOf(
  endpoint: string,
  { certificate, key }: OpensslCertificate,
): Promise<string | undefined> {
  const folder = await makeTemporaryFolder({ prefix: "openssl-" });
  try {
    await Deno.writeTextFile(`${folder}/client`, certificate + key);
    const files = ["-cert", `${folder}/client`, "-key", `${folder}/client`];
    const options = ["-quiet", "-ign_eof", "-connect", new URL(endpoint).host, ...files];
    // The client accepts all signatures, so that LXD decides.
    const args = ["s_client", ...options, "-cipher", "ALL:@SECLEVEL=0"];
    return (await run(args, REQUEST)).output.match(/"auth":"(\w+)"/)?.[1];
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function openssl(args: readonly string[]): Promise<string> {
  const { success, output, error } = await run(args, "");
  if (!success) throw new Error(`Cannot run openssl ${args.join(" ")}: ${error}`);
  return output;
}

async function run(args: readonly string[], input: string) {
  await ensurePackages({
    purpose: "make keys",
    packages: ["openssl"],
    programs: [["openssl", "version"]],
  });
  const process = new Deno.Command("openssl", {
    args: [...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const [{ success, stdout, stderr }] = await Promise.all([
    process.output(),
    new Blob([input]).stream().pipeTo(process.stdin),
  ]);
  const text = new TextDecoder();
  return { success, output: text.decode(stdout), error: text.decode(stderr) };
}
