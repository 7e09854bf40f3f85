/** The message catalogue, and what locales do to numbers and dates. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

import { age, asOf } from "./age";
import { en } from "./en";
import { day, exact, momentOf, money, plainDigits, t, typeableMoment, type Key } from "./index";

const SOURCE = join(import.meta.dirname, "..");
const sources = readdirSync(SOURCE, { recursive: true, encoding: "utf8" })
  .filter((file) => /\.tsx?$/.test(file) && !/\.test\.|en\.ts$|\.gen\.ts$/.test(file))
  .map((file) => ({ file, text: readFileSync(join(SOURCE, file), "utf8") }));

describe("the catalogue", () => {
  it("holds no text that nothing shows", () => {
    const code = sources.map(({ text }) => text).join("\n");
    const isUsed = (key: string) => code.includes(`"${key}"`) || code.includes(`\`${key.slice(0, key.indexOf("."))}.$\{`);
    expect(Object.keys(en).filter((key) => !isUsed(key))).toEqual([]);
  });

  it("counts wherever it knows one and many", () => {
    const plurals = Object.entries(en).filter(([, text]) => typeof text !== "string");
    for (const [key, forms] of plurals) expect(JSON.stringify(forms), key).toMatch(/\{count\}.*\{count\}/);
  });

  it("is where every text of the page stands: no words between tags", () => {
    const spoken = sources.filter(({ file }) => file.endsWith(".tsx")).flatMap(({ file, text }) =>
      [...text.matchAll(/<[a-zA-Z][^<>{}]*>\s*([A-Za-z][\w ,.'’]+)\s*<\//g)].map((found) => `${file}: ${found[1] ?? ""}`),
    );
    expect(spoken).toEqual([]);
  });
});

describe("a text", () => {
  it("takes its values, numbers as the locale writes them", () => {
    expect(t("status.records", { count: 12_345 })).toBe("12,345 records");
    expect(t("records.none_match", { filter: "a{b}" })).toBe("Nothing contains “a{b}”.");
  });

  it.each<[Key, number, string]>([
    ["status.needs_you", 1, "1 needs you"],
    ["status.needs_you", 2, "2 need you"],
    ["light.waiting", 1, "1 change waits"],
  ])("%s of %i is “%s”", (key, count, expected) => {
    expect(t(key as "status.needs_you", { count })).toBe(expected);
  });
});

describe("values", () => {
  it("keep every digit of an exact amount", () => {
    expect(money("9007199254740993.01", "EUR")).toBe("€9,007,199,254,740,993.01");
    expect(exact("0.1234567890123456789")).toBe("0.1234567890123456789");
  });

  it("show no currency where none is known, and no error for an odd code", () => {
    expect(money("12.5", null)).toBe("12.50");
    expect(money("12.5", "not a code")).toBe("12.50");
  });

  it("show a day as the same day in every time zone", () => {
    expect(day("2026-12-18")).toBe("Dec 18, 2026");
    expect(day("soon")).toBe("soon");
  });
});

describe("what is typed", () => {
  it.each([["1,234.50", "1234.50"], ["1234", "1234"], ["-12 000", "-12000"], [" 7 ", "7"]])("as %s is the number %s", (typed, digits) => {
    expect(plainDigits(typed)).toBe(digits);
  });

  it.each(["12,50", "1,23,456", "1.234,50", "a lot", "1.2.3"])("as %s is no number, and is not made one", (typed) => {
    expect(plainDigits(typed)).toBe(typed);
  });

  it("as a moment is that moment, and no other day", () => {
    const at = new Date(2026, 10, 20, 14, 30).getTime();
    expect(momentOf(typeableMoment(at))).toBe(at);
    expect(momentOf("2026-02-31 10:00")).toBeNull();
    expect(momentOf("soon")).toBeNull();
  });
});

describe("an age", () => {
  const now = new Date(2026, 4, 12, 12).getTime();
  const before = (minutes: number) => now - minutes * 60_000;

  it("is never fresher than the truth", () => {
    expect(age(before(0), now)).toBe("just now");
    expect(age(before(1.9), now)).toBe("1 min ago");
    expect(age(before(59), now)).toBe("59 min ago");
    expect(age(before(61), now)).toMatch(/^as of 10:59\sAM$/);
    expect(age(before(3 * 24 * 60), now)).toMatch(/^as of Sat 12:00/);
    expect(asOf(before(2), now)).toBe("as of 2 min ago");
    expect(asOf(before(0), now)).toBe("just now");
  });

  it("of a clock that was set back is now", () => {
    expect(age(before(-5), now)).toBe("just now");
  });
});
