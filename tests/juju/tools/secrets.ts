/**
 * The secret-* tools (JUJUC/secret-*.go, CTX/context.go).
 *
 * @module
 */

import { type HookContext, isLeader } from "../context.ts";
import { newSecret, readSecret, reviseSecret } from "../secrets.ts";
import { remoteEnd, type Secret, type SecretOwner } from "../state.ts";
import { goMap, quote } from "./go.ts";
import { readFile } from "./input.ts";
import {
  type Call,
  checkEmpty,
  outputFlags,
  relationFlags,
  relationId,
  type Tool,
} from "./tool.ts";
import { parseSettings } from "./yaml.ts";

const URI_REGEXP = /^(?:secret:(?:\/\/(?:[0-9a-f-]{36}\/)?)?)?([0-9a-z]{20})$/;
const KEY_REGEXP = /^([a-z](?:-?[a-z0-9]){2,})$/;
const ROTATE = [
  "never",
  "hourly",
  "daily",
  "weekly",
  "monthly",
  "quarterly",
  "yearly",
];
const MAX_BYTES = 1024 * 1024;

function parseUri(text: string): string {
  const id = URI_REGEXP.exec(text)?.[1];
  if (id !== undefined) return id;
  throw new Error(`secret URI ${quote(text)} not valid`);
}

/** Id and label of a tool that takes either; the id comes first. */
function subject(
  { args: [uri, ...rest], flags }: Call,
): { id: string | undefined; label: string; rest: readonly string[] } {
  const id = uri === undefined ? undefined : parseUri(uri);
  const label = flags.get("label") ?? "";
  if (id === undefined && label === "") {
    throw new Error("require either a secret URI or label");
  }
  return { id, label, rest };
}

/** The tool secret-get. */
export const secretGet: Tool = {
  flags: () => ({
    ...outputFlags("yaml"),
    label: "string",
    peek: "bool",
    refresh: "bool",
  }),
  format: "yaml",
  prepare(call) {
    const { id, label, rest: [key, ...rest] } = subject(call);
    const peek = call.flags.get("peek") === "true";
    const refresh = call.flags.get("refresh") === "true";
    if (peek && refresh) {
      throw new Error("specify one of --peek or --refresh but not both");
    }
    checkEmpty(rest);
    return async () => {
      const content = readSecret(call.context, { id, label, peek, refresh });
      if (key === undefined || key === "") {
        await call.write(goMap(content));
        return;
      }
      const name = key.replace(/#base64$/, "");
      const value = Object.hasOwn(content, name) ? content[name] : undefined;
      if (value === undefined) {
        throw new Error(`secret key value ${quote(name)} not found`);
      }
      await call.write(
        key === name ? value : new TextEncoder().encode(value).toBase64(),
      );
    };
  },
};

const UPSERT_FLAGS = {
  description: "string",
  expire: "string",
  file: "string",
  label: "string",
  owner: "string",
  rotate: "string",
} as const;

/** Content from `k=v`, `k#base64=v`, `k#file=path` and `--file`. */
async function secretContent(
  { args, cwd, flags, stdin }: Call,
): Promise<Record<string, string>> {
  const content: Record<string, string> = {};
  const add = async (given: string, value: string) => {
    const [key = "", form] = given.split("#");
    if (!KEY_REGEXP.test(key)) throw new Error(`key ${quote(key)} not valid`);
    if (form === "base64") {
      content[key] = new TextDecoder().decode(Uint8Array.fromBase64(value));
    } else if (form === "file") {
      content[key] = await readFile(cwd, value === "-" ? "./-" : value, stdin);
    } else {
      content[key] = value;
    }
  };
  for (const arg of args) {
    const at = arg.indexOf("=");
    if (at < 1) throw new Error(`expected "key=value", got ${quote(arg)}`);
    await add(arg.slice(0, at), arg.slice(at + 1));
  }
  const file = flags.get("file");
  if (file) {
    // No marker for standard input, other than in relation-set.
    const path = file === "-" ? "./-" : file;
    const found = parseSettings(await readFile(cwd, path, stdin));
    for (const [key, value] of Object.entries(found)) await add(key, value);
  }
  const size = Object.entries(content)
    .reduce((sum, [key, value]) => sum + key.length + value.length, 0);
  if (size > MAX_BYTES) {
    throw new Error("secret content exceeds 1MB limit");
  }
  return content;
}

function checkUpsert({ args, flags }: Call): void {
  const rotate = flags.get("rotate");
  if (rotate && !ROTATE.includes(rotate)) {
    throw new Error(`rotate policy ${quote(rotate)} not valid`);
  }
  const owner = flags.get("owner") ?? "application";
  if (owner !== "application" && owner !== "unit") {
    throw new Error(`secret owner ${quote(owner)} not valid`);
  }
  for (const arg of args) {
    const at = arg.indexOf("=");
    if (at < 1) throw new Error(`expected "key=value", got ${quote(arg)}`);
    const key = arg.slice(0, at).split("#")[0] ?? "";
    if (!KEY_REGEXP.test(key)) throw new Error(`key ${quote(key)} not valid`);
  }
}

/** The tool secret-add. */
export const secretAdd: Tool = {
  flags: () => UPSERT_FLAGS,
  prepare(call) {
    const { args, context, flags, print } = call;
    if (args.length === 0 && !flags.get("file")) {
      throw new Error("missing secret value or filename");
    }
    checkUpsert(call);
    return async () => {
      const content = await secretContent(call);
      if (Object.keys(content).length === 0) {
        throw new Error("empty secret value not valid");
      }
      const owner: SecretOwner = flags.get("owner") === "unit"
        ? { kind: "unit", id: context.unit.name }
        : { kind: "application", id: context.unit.application };
      checkOwner(context, owner);
      const secret = newSecret(context.model, owner, content, {
        label: flags.get("label") ?? "",
        description: flags.get("description") ?? "",
        rotate: flags.get("rotate") ?? "",
      });
      context.pendingSecrets.set(secret.id, secret);
      change(context, secret, () => {
        context.model.secrets.set(secret.id, secret);
      });
      // The id is reserved at once; the secret exists from the flush on.
      print(`secret:${secret.id}\n`);
    };
  },
};

/** The tool secret-set. */
export const secretSet: Tool = {
  flags: () => UPSERT_FLAGS,
  prepare(call) {
    const [uri, ...args] = call.args;
    if (uri === undefined) throw new Error("missing secret URI");
    const id = parseUri(uri);
    const valued = { ...call, args };
    checkUpsert(valued);
    return async () => {
      const content = await secretContent(valued);
      const secret = owned(call.context, id);
      const { flags } = call;
      change(call.context, secret, () => {
        secret.label = flags.get("label") ?? secret.label;
        secret.description = flags.get("description") ?? secret.description;
        secret.rotate = flags.get("rotate") ?? secret.rotate;
        if (Object.keys(content).length > 0) reviseSecret(secret, content);
      });
    };
  },
};

/** The tool secret-remove. */
export const secretRemove: Tool = {
  flags: () => ({ revision: "string" }),
  prepare({ args: [uri, ...rest], context, flags }) {
    if (uri === undefined) throw new Error("missing secret URI");
    const id = parseUri(uri);
    checkEmpty(rest);
    return () => {
      const secret = owned(context, id);
      const revision = Number(flags.get("revision") ?? 0);
      change(context, secret, () => {
        if (revision > 0) secret.revisions.delete(revision);
        if (revision === 0 || secret.revisions.size === 0) {
          context.model.secrets.delete(id);
        }
      });
    };
  },
};

/** The tool secret-grant. */
export const secretGrant: Tool = {
  flags: (context) => ({ ...relationFlags(context), unit: "string" }),
  prepare(call) {
    const { args: [uri, ...rest], context, flags } = call;
    if (uri === undefined) throw new Error("missing secret URI");
    const id = parseUri(uri);
    const relation = relationId(call);
    const found = context.relations.get(relation ?? -1)?.relation;
    if (!found) throw new Error("no relation id specified");
    const remote = remoteEnd(found, context.unit.application)?.application ??
      "";
    const unit = flags.get("unit");
    if (unit !== undefined && unit.split("/")[0] !== remote) {
      throw new Error(
        `cannot specify unit ${quote(unit)} in relation to application ${quote(remote)}`,
      );
    }
    checkEmpty(rest);
    return () => {
      const secret = owned(context, id);
      change(context, secret, () => {
        secret.grants.set(unit ?? remote, found.id);
      });
    };
  },
};

/** The tool secret-revoke. */
export const secretRevoke: Tool = {
  flags: (context) => ({
    ...relationFlags(context),
    app: "string",
    application: "string",
    unit: "string",
  }),
  prepare(call) {
    const { args: [uri, ...rest], context, flags } = call;
    if (uri === undefined) throw new Error("missing secret URI");
    const id = parseUri(uri);
    checkEmpty(rest);
    const relation = relationId(call);
    return () => {
      const secret = owned(context, id);
      const who = flags.get("unit") ?? flags.get("app") ??
        flags.get("application");
      change(context, secret, () => {
        for (const [name, grant] of secret.grants) {
          if (who === undefined ? grant === relation : name === who) {
            secret.grants.delete(name);
          }
        }
      });
    };
  },
};

/** The tool secret-ids. */
export const secretIds: Tool = {
  flags: () => outputFlags("smart"),
  format: "smart",
  prepare({ args, context, write }) {
    checkEmpty(args);
    return () => {
      const ids = [...ownSecrets(context).keys()];
      // Go's nil slice.
      return write(ids.length > 0 ? ids : null);
    };
  },
};

/** The tool secret-info-get. */
export const secretInfoGet: Tool = {
  flags: () => ({ ...outputFlags("yaml"), label: "string" }),
  format: "yaml",
  prepare(call) {
    const { id, label, rest } = subject(call);
    if (id !== undefined && label !== "") {
      throw new Error("specify either a secret URI or label but not both");
    }
    checkEmpty(rest);
    return async () => {
      const secret = [...ownSecrets(call.context).values()]
        .find((s) => id === undefined ? s.label === label : s.id === id);
      if (!secret) throw new Error(`secret ${quote(id ?? label)} not found`);
      await call.write(new Map([[secret.id, info(secret)]]));
    };
  },
};

function info(secret: Secret): unknown {
  const access = [...secret.grants].map(([target, relation]) => ({
    target: target.includes("/") ? `unit-${target.replace("/", "-")}` : `application-${target}`,
    scope: `relation-${relation}`,
    role: "view",
  }));
  return {
    revision: secret.latest,
    label: secret.label,
    owner: secret.owner.kind,
    description: secret.description || undefined,
    rotation: secret.rotate || undefined,
    access: access.length > 0 ? access : undefined,
  };
}

function ownSecrets({ model, unit }: HookContext): Map<string, Secret> {
  return new Map(
    [...model.secrets].filter(([, { owner }]) =>
      owner.id === unit.name || owner.id === unit.application
    ),
  );
}

function owned(context: HookContext, id: string): Secret {
  const secret = context.pendingSecrets.get(id) ??
    ownSecrets(context).get(id);
  if (!secret) throw new Error(`secret ${quote(id)} not found`);
  checkOwner(context, secret.owner);
  return secret;
}

function checkOwner(context: HookContext, owner: SecretOwner): void {
  if (owner.kind === "application" && !isLeader(context)) {
    throw new Error("this unit is not the leader");
  }
}

function change(
  context: HookContext,
  secret: Secret,
  apply: () => void,
): void {
  const byLeader = secret.owner.kind === "application";
  context.secretChanges.push({ byLeader, apply });
}
