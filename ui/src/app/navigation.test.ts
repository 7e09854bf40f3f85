/** Going somewhere never loses where one was. */
import { expect, it } from "vitest";

import { listPlace, navigate, START, type Move } from "./navigation";

const after = (...moves: Move[]) => moves.reduce(navigate, START);
const record = { table: "contact", id: "7", index: 12 };

it("each list keeps its own filter and selection", () => {
  const now = after(
    { to: "list", table: "account", change: { filter: "oslo", selected: 3 } },
    { to: "table", table: "contact" },
    { to: "list", table: "contact", change: { selected: 9 } },
  );
  expect(listPlace(now, "account")).toMatchObject({ filter: "oslo", selected: 3 });
  expect(listPlace(now, "contact")).toMatchObject({ filter: "", selected: 9 });
});

it("an opened record is the selected row of its list on the way back", () => {
  const now = after({ to: "record", record }, { to: "back" });
  expect(now).toMatchObject({ place: "crm", table: "contact", open: null });
  expect(listPlace(now, "contact").selected).toBe(12);
});

it("a look at the sync page leaves the record open behind it", () => {
  const now = after({ to: "record", record }, { to: "place", place: "sync" }, { to: "place", place: "crm" });
  expect(now.open).toEqual(record);
});

it("the place one already stands in shows its list again", () => {
  expect(after({ to: "record", record }, { to: "place", place: "crm" }).open).toBeNull();
});
