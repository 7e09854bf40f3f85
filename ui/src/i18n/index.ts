/** Texts by key, with the values that each one names checked by the compiler. */
import { en } from "./en";
import { number } from "./format";

type Catalogue = typeof en;
export type Key = keyof Catalogue;

type Template<K extends Key> = Catalogue[K] extends string ? Catalogue[K] : Catalogue[K] extends { other: infer Other } ? Other : never;
type Names<Text> = Text extends `${string}{${infer Name}}${infer Rest}` ? Name | Names<Rest> : never;
type Values<K extends Key> = Record<Names<Template<K>>, string | number>;
type Given<K extends Key> = [Names<Template<K>>] extends [never] ? [] : [values: Values<K>];

/** The keys of texts that need no value. */
export type PlainKey = { [K in Key]: [Names<Template<K>>] extends [never] ? K : never }[Key];

const plurals = new Intl.PluralRules("en");

export function t<K extends Key>(key: K, ...given: Given<K>): string {
  const values: Partial<Record<string, string | number>> = given[0] ?? {};
  const entry: string | { one: string; other: string } = en[key];
  const template =
    typeof entry === "string" ? entry : plurals.select(Number(values.count)) === "one" ? entry.one : entry.other;
  return template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name];
    return typeof value === "number" ? number(value) : (value ?? "");
  });
}

export * from "./format";
