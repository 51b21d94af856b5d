/**
 * Adds Debian's backports to the sources of apt.
 *
 * @module
 */

const DIRECTORY = "/etc/apt";
const OWN = `${DIRECTORY}/sources.list.d/lxd-integrator-tests-backports.sources`;
const RELEASE = "/etc/os-release";

/** Adds backports to the sources of apt, from the server of the release. Needs root. */
export async function addBackports(): Promise<void> {
  const release = await Deno.readTextFile(RELEASE);
  const codename = release.match(/^VERSION_CODENAME="?([\w-]+)/m)?.[1] ?? "";
  for (const path of await sources()) {
    const stanza = backportsOf(await Deno.readTextFile(path), codename);
    if (stanza !== undefined) return await Deno.writeTextFile(OWN, stanza);
  }
  throw new Error(`Cannot add backports: no source of apt in ${DIRECTORY} is of "${codename}"`);
}

/**
 * Derives the source of backports from the source of a release.
 *
 * @param text A file of sources, in either of apt's forms.
 * @param codename The release, such as "bookworm".
 * @returns The source as a stanza, or undefined if the file has no source of the release.
 */
export function backportsOf(text: string, codename: string): string | undefined {
  for (const stanza of text.split(/\n\s*\n/)) {
    const fields = stanza.split("\n").filter((line) => /^[^#]/.test(line));
    const suites = fields.find((line) => /^Suites:/i.test(line))?.split(/\s+/).slice(1) ?? [];
    const isOff = fields.some((line) => /^Enabled:\s*no\b/i.test(line));
    if (isOff || !suites.includes(codename)) continue;
    const kept = fields.map((line) =>
      /^Suites:/i.test(line) ? `Suites: ${codename}-backports` : line
    );
    return `${kept.join("\n")}\n`;
  }
  for (const line of text.split("\n")) {
    const [, options = "", uri, suite, components] =
      line.match(/^deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s+(\S.*)$/) ?? [];
    if (suite !== codename) continue;
    const signed = options.match(/signed-by=(\S+)/)?.[1];
    const fields = [`Types: deb`, `URIs: ${uri}`, `Suites: ${codename}-backports`];
    fields.push(`Components: ${components}`, ...(signed ? [`Signed-By: ${signed}`] : []));
    return `${fields.join("\n")}\n`;
  }
  return undefined;
}

/** The files that apt reads. */
async function sources(): Promise<readonly string[]> {
  const found: string[] = [];
  for (const directory of [DIRECTORY, `${DIRECTORY}/sources.list.d`]) {
    for await (const { name, isFile } of Deno.readDir(directory)) {
      if (isFile && /\.(list|sources)$/.test(name)) found.push(`${directory}/${name}`);
    }
  }
  return found.sort();
}
