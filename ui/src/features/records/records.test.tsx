/** Lists of records, and the record page. */
import { act, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";

import { AskError, BLOCK, type RecordRow } from "../../ipc";
import { chosen, drawn, expectAccessible, nameOf, open, openList, requests } from "../../testing/desk";

const status = () => screen.getByRole("status").textContent;
const heading = (name: string) => screen.findByRole("heading", { name });

const rowNamed = (index: number): RecordRow => ({ id: String(index), name: `Row ${index}`, standing: "inCrm", cells: [{ kind: "text", text: `Row ${index}` }] });

describe("a list", () => {
  it("counts its records and says how old they are", async () => {
    await openList();
    expect(status()).toContain("250 records");
    expect(screen.getByText("as of 2 min ago · 250 records")).toBeTruthy();
    expect(screen.getByRole("grid").getAttribute("aria-rowcount")).toBe("251");
  });

  it("of a hundred thousand rows asks only for the blocks in sight", async () => {
    const { backend, user } = open({}, (made) => {
      made.on("list_records", ({ first, count }) => ({ total: 100_000, first, rows: Array.from({ length: count }, (_, index) => rowNamed(first + index)) }));
    });
    await screen.findAllByRole("row", { selected: false });
    expect(drawn().length).toBeLessThan(60);
    await user.keyboard("{End}");
    await waitFor(() => expect(chosen()?.getAttribute("aria-rowindex")).toBe("100001"));
    await waitFor(() => expect(nameOf(chosen())).toBe("Row 99999"));
    const firsts = requests(backend, "list_records").map((request) => (request as { first: number }).first);
    expect([...new Set(firsts)].sort((a, b) => a - b)).toEqual([0, 100_000 - BLOCK]);
    expect(drawn().length).toBeLessThan(60);
  });

  it("shows each table by a click on its name", async () => {
    const { user } = await openList();
    await user.click(screen.getByRole("button", { name: "Opportunities" }));
    await heading("Opportunities");
    await waitFor(() => expect(status()).toContain("80 records"));
    expect(screen.getByRole("columnheader", { name: /Est. Value/ })).toBeTruthy();
  });

  it("is sorted by a click on a header, and the other way by the next", async () => {
    const { user } = await openList();
    const before = nameOf(drawn()[0]);
    const header = () => screen.getByRole("columnheader", { name: /Account Name/ });
    expect(header().getAttribute("aria-sort")).toBe("ascending");
    await user.click(within(header()).getByRole("button"));
    await waitFor(() => expect(header().getAttribute("aria-sort")).toBe("descending"));
    await waitFor(() => expect(nameOf(drawn()[0]).localeCompare(before)).toBe(1));
    const city = screen.getByRole("columnheader", { name: "City" });
    await user.click(within(city).getByRole("button"));
    await waitFor(() => expect(screen.getByRole("columnheader", { name: /City/ }).getAttribute("aria-sort")).toBe("ascending"));
  });

  it("is sorted by keyboard too", async () => {
    const { backend, user } = await openList();
    within(screen.getByRole("columnheader", { name: "City" })).getByRole("button").focus();
    await user.keyboard("{Enter}");
    await waitFor(() =>
      expect(requests(backend, "list_records").at(-1)).toMatchObject({ sort: { column: "address1_city", descending: false } }),
    );
  });

  it("is narrowed by what one types, and asked once the typing rests", async () => {
    const { backend, user } = await openList();
    await user.type(screen.getByRole("textbox", { name: "Filter Accounts" }), "cranes");
    await waitFor(() => expect(status()).not.toContain("250 records"));
    const filters = new Set(requests(backend, "list_records").map((request) => (request as { filter: string }).filter));
    expect([...filters]).toEqual(["", "cranes"]);
    expect(drawn().every((row) => row.textContent.includes("Cranes"))).toBe(true);
  });

  it("that nothing passes says so, and Esc brings all back", async () => {
    const { user } = await openList();
    const filter = screen.getByRole("textbox", { name: "Filter Accounts" });
    await user.type(filter, "zzz");
    await screen.findByText("Nothing contains “zzz”.");
    await expectAccessible();
    await user.type(filter, "{Escape}");
    await waitFor(() => expect(status()).toContain("250 records"));
  });

  it("that is empty says what to expect", async () => {
    open({ counts: { account: 0, contact: 0, opportunity: 0 } });
    await screen.findByText("No accounts yet.");
    await expectAccessible();
  });

  it("that cannot be read says why and is tried again", async () => {
    let fails = true;
    const { user } = open({}, (backend) => {
      const answer = backend.answer("list_records");
      backend.on("list_records", (request) => {
        if (fails) throw new AskError("storage", "The disk is full.");
        return answer(request);
      });
    });
    await screen.findByText("The disk is full.");
    fails = false;
    await user.click(screen.getByRole("button", { name: "Try again" }));
    expect((await screen.findAllByRole("row", { selected: false })).length).toBeGreaterThan(10);
  });

  it("says in words and not by colour alone what waits and what needs the user", async () => {
    open({}, ({ tables }) => tables[0]?.records.forEach((record, index) => (record.standing = index % 2 === 0 ? "waiting" : "held")));
    expect((await screen.findAllByText("Waits")).length).toBeGreaterThan(1);
    const marks = screen.getAllByText("Needs you").map((text) => text.parentElement);
    expect(marks.every((mark) => mark?.querySelector("use")?.getAttribute("href") === "#icon-warn")).toBe(true);
  });

  it("that is read for the first time says how far it is", async () => {
    const { user } = await openList({ isFirstRead: true });
    await user.click(screen.getByRole("button", { name: "Contacts" }));
    await screen.findByText("reading for the first time, 120 records so far");
  });

  it("keeps the selection on its record when a row comes in above it", async () => {
    const { backend, user } = await openList();
    await user.keyboard("{Home}{ArrowDown}{ArrowDown}");
    const before = nameOf(chosen());
    const accounts = backend.tables[0]?.records ?? [];
    const [copied] = accounts;
    if (!copied) throw new Error("no sample");
    accounts.push({ ...copied, id: "new", name: "AAA", cells: { ...copied.cells, name: { kind: "text", text: "AAA" } } });
    act(() => backend.tell("records"));
    await waitFor(() => expect(status()).toContain("251 records"));
    await waitFor(() => expect(chosen()?.getAttribute("aria-rowindex")).toBe("5"));
    expect(nameOf(chosen())).toBe(before);
  });

  it("never goes blank while changed records are read again", async () => {
    const { backend } = await openList();
    const before = drawn().map((row) => row.textContent);
    act(() => backend.tell("records"));
    expect(drawn().map((row) => row.textContent)).toEqual(before);
  });

  it("is accessible", async () => {
    await openList();
    await expectAccessible();
  });
});

describe("a record", () => {
  const openFirst = async () => {
    const opened = await openList();
    await opened.user.keyboard("{Home}");
    const name = nameOf(chosen());
    await opened.user.keyboard("{Enter}");
    await heading(name);
    return { ...opened, name };
  };

  it("opens with a double click", async () => {
    const { user } = await openList();
    const row = drawn()[2];
    if (!row) throw new Error("no third row");
    await user.dblClick(row);
    await heading(nameOf(row));
  });

  it("shows each column's label beside its value, as the locale writes it", async () => {
    const { user } = await openList();
    await user.click(screen.getByRole("button", { name: "Opportunities" }));
    await heading("Opportunities");
    await user.dblClick(await waitFor(() => drawn()[0] as HTMLElement));
    const value = await waitFor(() => screen.getByLabelText<HTMLInputElement>("Est. Value").value);
    expect(value).toMatch(/^[€£]|NOK|CN¥/);
    expect(screen.getByLabelText<HTMLTextAreaElement>("Description").value).toBe("Two lots, four winches in February.");
  });

  it("is left again to the row it was opened from", async () => {
    const { user, name } = await openFirst();
    await user.keyboard("{Escape}");
    await screen.findByRole("grid");
    await waitFor(() => expect(nameOf(document.activeElement as HTMLElement)).toBe(name));
  });

  it("that is gone says so", async () => {
    const { backend, user } = await openList();
    backend.on("read_record", () => Promise.reject(new AskError("notFound", "This record is not here any more.")));
    await user.keyboard("{Home}{Enter}");
    await screen.findByText("This record is not here any more.");
  });

  it("is accessible", async () => {
    await openFirst();
    await expectAccessible();
  });
});
