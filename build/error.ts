/**
 * The error of a build that its user can correct.
 *
 * @module
 */

/**
 * A mistake in the sources or in the surroundings of a build. The message is one line, and is printed without a stack.
 * Every other error is a bug of the build.
 */
export class BuildError extends Error {
  /** The error's name. */
  override readonly name: string = "BuildError";
}
