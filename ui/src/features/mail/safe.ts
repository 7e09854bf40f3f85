/** The page's own layer between a message and the window: what may be in the frame, decided by the engine that draws it. */
import DOMPurify, { type Config } from "dompurify";

const CONFIG = {
  USE_PROFILES: { html: true },
  FORBID_TAGS: ["style", "form", "input", "button", "select", "textarea", "option", "dialog", "audio", "video", "source", "track", "picture", "template", "slot"],
  FORBID_ATTR: ["srcset", "ping", "target", "autofocus", "popover", "contenteditable", "tabindex", "accesskey"],
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
} satisfies Config;

/** Sanitised HTML for a frame without rights. Links lose their target, which would replace the frame, and show it when pointed at. */
export function safeBody(html: string): string {
  const clean = DOMPurify.sanitize(html, { ...CONFIG, RETURN_DOM_FRAGMENT: true });
  for (const link of clean.querySelectorAll("a, area")) {
    const address = link.getAttribute("href");
    link.removeAttribute("href");
    if (address !== null && /^(https?|mailto):/i.test(address)) link.setAttribute("title", address);
  }
  clean.querySelectorAll("*").forEach(dropRemote);
  const holder = document.implementation.createHTMLDocument().body;
  holder.append(clean);
  return holder.innerHTML;
}

/**
 * Takes from an element what would load a picture; a style that may hide an address in escapes goes as a whole. The core writes
 * the pictures that the user asks for into the text, so the page never needs an address.
 */
function dropRemote(element: Element) {
  element.removeAttribute("background");
  if (!/^data:/i.test(element.getAttribute("src") ?? "data:")) element.removeAttribute("src");
  if (/url|image|\\/i.test(element.getAttribute("style") ?? "")) element.removeAttribute("style");
}

export interface Look {
  font: string;
  size: string;
  text: string;
  quiet: string;
  line: string;
  link: string;
  ground: string;
}

/** The look of the window, for a frame that cannot see its tokens. */
export function lookOf(element: Element): Look {
  const styles = getComputedStyle(element);
  const token = (name: string) => styles.getPropertyValue(name).trim();
  return { font: token("--font"), size: token("--s3"), text: token("--text"), quiet: token("--muted"), line: token("--line-strong"), link: token("--accent"), ground: token("--pane") };
}

/** The whole document of the frame. Even if something got past both sanitisers, this policy lets nothing run, load or be sent. */
export function frameDocument(html: string, look: Look): string {
  const policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'";
  const style = [
    `body{margin:0;padding:0 2ch 2ch 0;font:${look.size}/1.55 ${look.font};color:${look.text};background:${look.ground};overflow-wrap:anywhere}`,
    `p{margin:0 0 1ch}img{max-width:100%;height:auto}pre{white-space:pre-wrap}`,
    `blockquote{margin:0;padding-left:1.5ch;border-left:.2ch solid ${look.line};color:${look.quiet}}`,
    `a{color:${look.link};text-decoration:underline}`,
  ].join("");
  return `<!doctype html><html><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}"><meta name="referrer" content="no-referrer"><style>${style}</style></head><body>${safeBody(html)}</body></html>`;
}
