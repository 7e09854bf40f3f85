/** What jsdom lacks and the page needs: sizes, and a clean page after each test. */
import { cleanup, configure } from "@testing-library/react";
import { afterEach } from "vitest";

/** The height of a list on the test's screen. */
const SCREEN = 400;

Object.defineProperties(HTMLElement.prototype, {
  clientHeight: { configurable: true, get: () => SCREEN },
  clientWidth: { configurable: true, get: () => 1000 },
  scrollHeight: {
    configurable: true,
    get(this: HTMLElement) {
      return parseInt(this.querySelector<HTMLElement>("[data-rows]")?.style.height ?? "0", 10);
    },
  },
});
// axe asks for a canvas to look at icon fonts; there is none here.
HTMLCanvasElement.prototype.getContext = () => null;
HTMLElement.prototype.scrollIntoView = () => undefined;
HTMLElement.prototype.scrollTo = function (this: HTMLElement, options?: ScrollToOptions | number) {
  const top = typeof options === "object" ? options.top : undefined;
  if (top === undefined) return;
  this.scrollTop = top;
  this.dispatchEvent(new Event("scroll"));
};

// A failure says what was sought; the whole page would bury it.
// Looking for what is hidden by style makes jsdom compute every style of the page, which takes it seconds.
configure({ defaultHidden: true, asyncUtilTimeout: 5_000, getElementError: (message) => new Error(message ?? "") });

afterEach(() => cleanup());
