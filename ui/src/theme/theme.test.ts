/** Tokens: everything takes its colours and sizes from here, and all text can be read. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

import { MESSAGE_HEIGHT, ROW_HEIGHT } from "./sizes";

const SOURCE = join(import.meta.dirname, "..");
const tokens = new Map([...readFileSync(join(import.meta.dirname, "tokens.css"), "utf8").matchAll(/--([\w-]+): ([^;]+);/g)].map(([, name, value]) => [name ?? "", value ?? ""]));
const files = readdirSync(SOURCE, { recursive: true, encoding: "utf8" }).filter((file) => /\.(css|tsx?)$/.test(file) && !/^theme|\.test\.|^testing|\.gen\.ts$/.test(file));

it("no literal colour, size or shadow stands outside the theme", () => {
  const LITERAL = /#[0-9a-f]{3,8}\b(?!;?`)|\b(?:rgb|hsl)a?\(|\b\d+(?:\.\d+)?(?:px|rem|em)\b|(?:box|text)-shadow: (?!none|var)|color: (?!var|currentColor|inherit)\w/i;
  const found = files.flatMap((file) =>
    readFileSync(join(SOURCE, file), "utf8").split("\n").flatMap((line, index) => (LITERAL.test(line) ? [`${file}:${index + 1} ${line.trim()}`] : [])),
  );
  expect(found).toEqual([]);
});

it("every token that a style names is there", () => {
  const used = files.flatMap((file) => [...readFileSync(join(SOURCE, file), "utf8").matchAll(/var\(--([\w-]+)\)/g)].map((found) => found[1] ?? ""));
  expect(used.filter((name) => name !== "columns" && !tokens.has(name))).toEqual([]);
});

it("the rows that code counts are as high as the rows that are drawn", () => {
  expect(tokens.get("row-height")).toBe(`${ROW_HEIGHT}px`);
  expect(tokens.get("message-height")).toBe(`${MESSAGE_HEIGHT}px`);
});

describe("text can be read", () => {
  const channel = (part: string) => {
    const value = parseInt(part, 16) / 255;
    return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  const luminance = (name: string) => {
    const [red = "0", green = "0", blue = "0"] = /^#(..)(..)(..)$/.exec(tokens.get(name) ?? "")?.slice(1) ?? [];
    return 0.2126 * channel(red) + 0.7152 * channel(green) + 0.0722 * channel(blue);
  };
  const contrast = (a: string, b: string) => {
    const [dark = 0, light = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
    return (light + 0.05) / (dark + 0.05);
  };

  it.each([
    ["text", "pane"], ["muted", "select"], ["accent", "select"], ["muted", "sunken"], ["text", "accent-soft"], ["muted", "accent-soft"], ["text", "select"], ["text", "hover"], ["text", "sunken"],
    ["muted", "pane"], ["muted", "ground"], ["muted", "hover"], ["faint", "pane"], ["faint", "sunken"],
    ["accent", "ground"], ["accent", "pane"], ["accent", "accent-soft"], ["accent", "waiting-soft"], ["accent", "held-soft"],
    ["accent-text", "accent"], ["accent-text", "accent-strong"], ["on-title", "title"],
    ["tracked", "tracked-soft"], ["waiting", "waiting-soft"], ["held", "held-soft"], ["waiting", "pane"], ["held", "pane"],
  ])("%s on %s", (front, back) => {
    expect(contrast(front, back)).toBeGreaterThanOrEqual(4.5);
  });
});
