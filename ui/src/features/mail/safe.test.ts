/** What of a message gets into the frame, with the core's layer off. */
import { describe, expect, it } from "vitest";

import { frameDocument, safeBody } from "./safe";

const LOOK = { font: "f", size: "s", text: "t", quiet: "q", line: "l", link: "k", ground: "g" };

describe("a body", () => {
  it.each([
    ["script", `<script>top.x = 1</script>`, "script"],
    ["a handler", `<img src="data:image/png;base64,AA==" onerror="x()">`, "onerror"],
    ["a form", `<form action="https://evil.example"><input name="password"></form>`, "<form"],
    ["a frame", `<iframe src="https://evil.example"></iframe>`, "iframe"],
    ["a redirect", `<meta http-equiv="refresh" content="0;url=https://evil.example">`, "meta"],
    ["a style sheet", `<style>@import "https://evil.example"</style><link rel="stylesheet" href="https://evil.example">`, "evil"],
    ["a drawing with script", `<svg><script>x()</script><animate onbegin="x()" /></svg>`, "svg"],
    ["a script's address", `<a href="javascript:x()">read</a>`, "javascript"],
    ["a file's address", `<a href="file:///etc/passwd">read</a>`, "file:"],
    ["a picture from the internet", `<img src="https://evil.example/p.png"><table background="https://evil.example/b.png"></table>`, "evil"],
    ["a picture in a style", `<p style="background: u\\72l(https://evil.example/p.png)">x</p>`, "evil"],
    ["sources of a picture", `<img srcset="https://evil.example/p.png 2x">`, "evil"],
  ])("keeps no %s", (_, html, trace) => {
    expect(safeBody(`<p>before</p>${html}<p>after</p>`)).not.toContain(trace);
    expect(safeBody(`<p>before</p>${html}<p>after</p>`)).toMatch(/before.*after/s);
  });

  it("keeps tables, colours and pictures of its own", () => {
    const html = `<table width="520"><tbody><tr><td style="color: navy">x<img src="data:image/png;base64,AA=="></td></tr></tbody></table>`;
    expect(safeBody(html)).toBe(html);
  });

  it("shows where a link leads, and leads nowhere", () => {
    expect(safeBody(`<a href="https://port.example/a?b=1">the tender</a>`)).toBe(`<a title="https://port.example/a?b=1">the tender</a>`);
  });

  it("is the same when it is cleaned again", () => {
    const once = safeBody(`<p onclick="x()">a<a href="mailto:a@b.example">b</a><img src="https://c.example/d.png">`);
    expect(safeBody(once)).toBe(once);
  });
});

describe("the frame's own policy", () => {
  it("lets nothing load but pictures that are in the message", () => {
    const whole = frameDocument("<p>x</p>", LOOK);
    expect(whole).toContain(`content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'"`);
  });
});
