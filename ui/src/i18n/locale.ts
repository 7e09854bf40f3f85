/** The language in which numbers and dates are written. */

/** `asked` when it is a language; a system whose locale is `C` has none, and gets English. */
export function known(asked: string): string {
  try {
    return Intl.getCanonicalLocales(asked)[0] ?? "en";
  } catch {
    return "en";
  }
}

export const locale = known(navigator.language);
