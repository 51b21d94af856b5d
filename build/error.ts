/**
 * The error of a build that its author can mend.
 *
 * @module
 */

/**
 * What keeps a charm from being built, in one line. Whoever runs the build shows the message and no stack; every other
 * error is a bug of the build.
 */
export class BuildError extends Error {
  /** The error's name. */
  override readonly name: string = "BuildError";
}
