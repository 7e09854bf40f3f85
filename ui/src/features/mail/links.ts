/** Where the links of a message lead, told from the address alone: what the sender wrote over it proves nothing. */
export interface Link {
  address: string;
  /** The computer that a page comes from, or the person whom a mail goes to. */
  leadsTo: string;
  isMail: boolean;
  /** What the message says in its place; empty for a picture. */
  words: string;
  /** Whether the words are an address themselves, of another place. */
  isMasked: boolean;
}

/** A message with more links than this is not read link by link. */
const MOST = 200;

/** The links of a body, in its order, each address once. */
export function linksOf(html: string): Link[] {
  // A document without a window: nothing in it loads or runs.
  const body = new DOMParser().parseFromString(html, "text/html").body;
  const links = new Map<string, Link>();
  for (const element of body.querySelectorAll("a[href]")) {
    const link = linkOf(element.getAttribute("href") ?? "", element.textContent.replace(/\s+/g, " ").trim());
    // Of two that lead to one page, the one that lies about it is the one to know.
    if (link && (!links.has(link.address) || link.isMasked)) links.set(link.address, link);
    if (links.size === MOST) break;
  }
  return [...links.values()];
}

function linkOf(href: string, words: string): Link | null {
  const url = URL.parse(href);
  if (url?.protocol === "mailto:") return { address: href, leadsTo: personOf(url.pathname), isMail: true, words, isMasked: false };
  if (url?.protocol !== "http:" && url?.protocol !== "https:") return null;
  const said = hostSaid(words);
  return { address: url.href, leadsTo: url.host, isMail: false, words, isMasked: said !== null && bare(said) !== bare(url.host) };
}

function personOf(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** The computer that words name, when they look like an address. */
function hostSaid(words: string): string | null {
  const [, said] = /^(?:https?:\/\/)?((?:[\p{L}\p{N}-]+\.)+\p{L}{2,}(?::\d+)?)(?:[/?#]\S*)?$/iu.exec(words) ?? [];
  return said === undefined ? null : (URL.parse(`https://${said}`)?.host ?? null);
}

const bare = (host: string) => host.replace(/^www\./, "");
