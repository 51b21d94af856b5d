/**
 * The commands of `juju` about secrets of the user.
 *
 * @module
 */
import { resolve } from "node:path/posix";
import type { Known } from "./controller.ts";
import type { Command, Given } from "./juju_command.ts";

const FILE = "#file";

/** These commands. */
export const SECRETS: Readonly<Record<string, Command>> = {
  "add-secret": {
    words: 1,
    takesValues: true,
    perform: async (given) => {
      const { controller, words: [name = ""] } = given;
      const { model, secrets } = controller.current();
      const uri = model.addSecret(name, await contentOf(given));
      secrets.set(name, uri);
      return `${uri}\n`;
    },
  },
  "grant-secret": {
    words: 2,
    perform: ({ controller, words: [secret = "", application = ""] }) => {
      const known = controller.current();
      known.model.grantSecret(uriOf(known, secret), application);
    },
  },
  "remove-secret": {
    words: 1,
    perform: ({ controller, words: [secret = ""] }) => {
      const known = controller.current();
      known.model.removeSecret(uriOf(known, secret));
    },
  },
  "update-secret": {
    words: 1,
    takesValues: true,
    perform: async (given) => {
      const { controller, words: [secret = ""] } = given;
      const known = controller.current();
      known.model.updateSecret(uriOf(known, secret), await contentOf(given));
    },
  },
};

/** Returns the content that a command gives, some of it in files: `key#file=path`. */
async function contentOf({ values, folder }: Given): Promise<Readonly<Record<string, string>>> {
  const pairs = Object.entries(values).map(async ([key, value]) =>
    key.endsWith(FILE)
      ? [key.slice(0, -FILE.length), await Deno.readTextFile(resolve(folder, value))]
      : [key, value]
  );
  return Object.fromEntries(await Promise.all(pairs));
}

function uriOf({ secrets }: Known, secret: string): string {
  if (secret.startsWith("secret:")) return secret;
  const uri = secrets.get(secret);
  if (uri === undefined) throw new Error(`Cannot find the secret "${secret}"`);
  return uri;
}
