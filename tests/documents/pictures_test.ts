import assert from "node:assert/strict";
import { drawPictures } from "../../build/pictures.ts";

const ROOT = new URL("../../", import.meta.url);
const PICTURES = await drawPictures();

Deno.test.each([...PICTURES])("$path is as its text says", async ({ path, svg }) => {
  assert.equal(await Deno.readTextFile(new URL(path, ROOT)), svg, 'run "deno task pictures"');
});

Deno.test.each([...PICTURES])(
  "$path is described, has dark colors, and loads nothing",
  ({ svg }) => {
    assert.match(svg, /^<svg role="img" /);
    assert.match(svg, /\n<title>.{10,}<\/title>\n<desc>.{80,}<\/desc>\n/);
    assert.match(svg, /prefers-color-scheme: dark/);
    assert.doesNotMatch(
      svg,
      /<script|<image|href|@import|url\(|https?:(?!\/\/www\.w3\.org\/2000\/svg")/,
    );
  },
);
