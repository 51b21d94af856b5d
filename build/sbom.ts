/**
 * The bill of materials of the charm, in the format CycloneDX 1.6.
 *
 * @module
 */

import type { NpmPackage } from "./packages.ts";
import type { RuntimeComponent } from "./runtime.ts";
import { DENO_VERSION } from "./target.ts";

/** The parts of the charm. */
export interface SbomOptions {
  /** Name of the charm. */
  readonly name: string;
  /** License of the charm, as an SPDX expression; undefined if it has none. */
  readonly license: string | undefined;
  /** The part of Deno in the charm. */
  readonly runtime: RuntimeComponent;
  /** SHA-256 of the runtime's file. */
  readonly sha256: string;
  /** The npm packages in the bundles, by `<name>@<version>`. */
  readonly packages: ReadonlyMap<string, NpmPackage>;
}

/** License of Deno, according to its npm packages. */
const DENO_LICENSE = "MIT";

/**
 * Renders the bill of materials. It has no time and no random number, so that two builds of the same sources give the
 * same bytes.
 *
 * @returns JSON.
 */
export function renderSbom(
  { name, license, runtime, sha256, packages }: SbomOptions,
): string {
  const bundled = [...packages.values()].toSorted((a, b) => refOf(a) < refOf(b) ? -1 : 1);
  const refs = [runtime.purl, ...bundled.map(refOf)];
  const bom = {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: {
      component: {
        type: "application",
        "bom-ref": name,
        name,
        ...(license && { licenses: [{ expression: license }] }),
      },
    },
    components: [
      {
        type: "platform",
        "bom-ref": runtime.purl,
        name: runtime.name,
        version: DENO_VERSION,
        hashes: [{ alg: "SHA-256", content: sha256 }],
        licenses: [{ expression: DENO_LICENSE }],
        purl: runtime.purl,
        evidence: { occurrences: [{ location: runtime.path }] },
      },
      ...bundled.map((each) => ({
        type: "library",
        "bom-ref": refOf(each),
        name: each.name,
        version: each.version,
        licenses: [{ expression: each.license }],
        purl: refOf(each),
      })),
    ],
    dependencies: [
      { ref: name, dependsOn: refs },
      { ref: runtime.purl },
      ...bundled.map((each) => ({
        ref: refOf(each),
        dependsOn: each.dependencies.flatMap((id) => packages.get(id) ?? []).map(refOf),
      })),
    ],
    // The packages of Deno do not name the parts of Deno itself.
    compositions: [{ aggregate: "unknown", assemblies: [runtime.purl] }],
  };
  return `${JSON.stringify(bom, null, 2)}\n`;
}

function refOf({ name, version }: NpmPackage): string {
  return `pkg:npm/${name.replace("@", "%40")}@${version}`;
}
