/** Which language numbers and dates are written in. */
import { expect, test } from "vitest";

import { known } from "./locale";

test("a system without a language gets English instead of an empty window", () => {
  expect(known("C")).toBe("en");
  expect(known("")).toBe("en");
  expect(known("zh-cn")).toBe("zh-CN");
});
