/**
 * The content of manifest.yaml, as `charmcraft pack` (4.5) writes it.
 *
 * @module
 */

import type { Charmcraft, Mapping, Platform } from "./charm_yaml.ts";
import { BuildError } from "./error.ts";
import type { Arch } from "./target.ts";

/** The version of charmcraft that writes this content. */
const CHARMCRAFT_VERSION = "4.5.0";
/** A fixed time, so that two builds of the same sources give the same bytes. */
const STARTED_AT = "1980-01-01T00:00:00";

/**
 * Creates the content of manifest.yaml. Charmcraft packs one charm for each platform. This build packs one charm for each
 * architecture, and its manifest names the bases of all platforms with that architecture.
 *
 * @param charmcraft The content of `charmcraft.yaml`.
 * @param arch Architecture of the charm.
 * @throws {BuildError} If there is no platform for the architecture, or if a platform has no base.
 */
export function manifest(charmcraft: Charmcraft, arch: Arch): Mapping {
  const bases = Object.entries(charmcraft.platforms).flatMap(
    ([name, platform]) =>
      targets(name, platform).map(parseTarget)
        .filter((target) => target.arch === arch)
        .map(({ base = charmcraft.base }) => parseBase(name, base, arch)),
  );
  if (bases.length === 0) {
    throw new BuildError(
      `Cannot build for ${arch}: charmcraft.yaml has no such platform`,
    );
  }
  return {
    "charmcraft-version": CHARMCRAFT_VERSION,
    "charmcraft-started-at": STARTED_AT,
    bases,
    // Charmcraft finds neither Python nor a known framework.
    analysis: {
      attributes: [
        { name: "language", result: "unknown" },
        { name: "framework", result: "unknown" },
      ],
    },
  };
}

function targets(name: string, platform: Platform | null): readonly string[] {
  const buildFor = platform?.["build-for"];
  if (buildFor === undefined) return [name];
  // The name of a multi-base platform contains its base, even if "build-for" names only the architecture.
  const base = name.includes(":") ? name.slice(0, name.indexOf(":") + 1) : "";
  return [buildFor].flat().map((target) => target.includes(":") ? target : base + target);
}

function parseTarget(
  target: string,
): { readonly base?: string; readonly arch: string } {
  const [first = "", second] = target.split(":");
  return second === undefined ? { arch: first } : { base: first, arch: second };
}

function parseBase(
  platform: string,
  base: string | undefined,
  arch: Arch,
): Mapping {
  const [name, channel] = base?.split("@") ?? [];
  if (!name || !channel) {
    throw new BuildError(
      `Cannot build for platform "${platform}": its base must be named like "ubuntu@24.04"`,
    );
  }
  return { name, channel, architectures: [arch] };
}
