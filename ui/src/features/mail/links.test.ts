/** Where a link leads, whatever its words say. */
import { expect, it } from "vitest";

import { linksOf } from "./links";

const told = (html: string) => linksOf(html).map(({ words, leadsTo, isMasked }) => `${words} > ${leadsTo}${isMasked ? " !" : ""}`);

it("tells the computer from the address, not from the words", () => {
  expect(told(`<a href="https://evil.example/bank.example">your bank</a>`)).toEqual(["your bank > evil.example"]);
  expect(told(`<a href="https://bank.example@evil.example/">log in</a>`)).toEqual(["log in > evil.example"]);
  // Cyrillic letters that look like Latin ones.
  expect(told(`<a href="https://раураl.example/">pay</a>`)).toEqual(["pay > xn--l-7sba6dbr.example"]);
  expect(told(`<a href="https://evil.example:8443/"><img alt=""></a>`)).toEqual([" > evil.example:8443"]);
});

it("says when the words are another address", () => {
  expect(told(`<a href="https://evil.example/">https://www.bank.example/login</a>`)).toEqual(["https://www.bank.example/login > evil.example !"]);
  expect(told(`<a href="https://evil.example/">bank.example</a>`)).toEqual(["bank.example > evil.example !"]);
  expect(told(`<a href="https://www.bank.example/x">bank.example</a><a href="https://a.example/">The offer.</a>`)).toEqual(["bank.example > www.bank.example", "The offer. > a.example"]);
});

it("knows pages and people only, each once", () => {
  const others = ["javascript:alert(1)", "file:///etc/passwd", "//evil.example", "#top", "data:text/html,x", "tel:+47"].map((href) => `<a href="${href}">x</a>`);
  expect(told(others.join(""))).toEqual([]);
  expect(told(`<a href="https://a.example/">one</a><a href="https://a.example/">two</a><a href="mailto:anna%40b.example@c.example?subject=x">Anna</a>`)).toEqual(["one > a.example", "Anna > anna@b.example@c.example"]);
});

it("shows the words that lie when the same page is linked twice", () => {
  expect(told(`<a href="https://evil.example/">more</a><a href="https://evil.example/">bank.example</a>`)).toEqual(["bank.example > evil.example !"]);
});

it("stops counting in a message made of links", () => {
  expect(linksOf(Array.from({ length: 500 }, (_, index) => `<a href="https://a.example/${index}">x</a>`).join(""))).toHaveLength(200);
});
