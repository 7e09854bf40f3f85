/** A believable company for the backend in memory: the same rows on every start. All names are sample data. */
import type { Cell, CellKind, Field, FieldRule, LookupTarget, Standing, TableHead } from "../types.gen";

export interface SampleColumn {
  column: string;
  label: string;
  kind: CellKind;
  isListed: boolean;
  mayUpdate: boolean;
  isRequired: boolean;
  rule: FieldRule;
}

export interface SampleRecord {
  id: string;
  name: string;
  standing: Standing;
  cells: Record<string, Cell>;
}

export interface SampleTable {
  table: string;
  label: string;
  pluralLabel: string;
  columns: SampleColumn[];
  records: SampleRecord[];
}

const FIRST = ["Ingrid", "Marta", "Tomás", "李", "Aisha", "Piotr", "王", "Lena", "Kwame", "Sofia", "陈", "Jonas", "Nadia", "Oskar"];
const LAST = ["Halvorsen", "Kowalczyk", "Ferreira", "海川", "Bakker", "Nowak", "小梅", "Lindqvist", "Mensah", "Rossi", "建国", "Berg", "Haddad", "Virtanen"];
const HOUSES = ["Marine", "Logistics", "Shipping", "Yards", "Ferries", "Cranes", "Ports", "Offshore", "机电", "港务", "Steel", "Winches"];
const TOWNS = ["Bergen", "Gdańsk", "Rotterdam", "上海", "Aarhus", "Genova", "宁波", "Turku", "Porto", "Hamburg"];
const INDUSTRIES = ["Shipbuilding", "Transport", "Wholesale", "Energy", "Public administration"];
const STAGES = ["Qualify", "Develop", "Propose", "Close"];
const DEALS = ["Winch line", "Spare parts frame", "Deck crane overhaul", "样品试用", "Service contract", "Tender", "六号码头绞车", "Gearbox retrofit"];
const TITLES = ["Purchasing manager", "Chief engineer", "Managing director", "Fleet manager", "采购经理", "Yard foreman"];
const CURRENCIES = ["EUR", "EUR", "NOK", "CNY", "GBP"];

const DAY = 86_400_000;

/** A small generator with a seed of its own (mulberry32). */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * below);
  };
}

const text = (value: string): Cell => ({ kind: "text", text: value });
const id = (table: number, index: number) => `${String(table).padStart(8, "0")}-0000-4000-8000-${String(index).padStart(12, "0")}`;
const of = <T>(list: readonly T[], index: number): T => list[index % list.length] as T;
const standing = (index: number): Standing => (index % 37 === 3 ? "waiting" : index % 53 === 7 ? "held" : "inCrm");

const REQUIRED = ["name", "lastname"];
const LOOKUPS: Record<string, LookupTarget[]> = {
  primarycontactid: [{ table: "contact", label: "Contact" }],
  parentcontactid: [{ table: "contact", label: "Contact" }],
  parentcustomerid: [{ table: "account", label: "Account" }, { table: "contact", label: "Contact" }],
  customerid: [{ table: "account", label: "Account" }, { table: "contact", label: "Contact" }],
};

function rule(name: string, kind: CellKind): FieldRule {
  const words: Record<string, string[]> = { industrycode: INDUSTRIES, salesstagecode: STAGES };
  const choices = kind === "yesNo" ? ["No", "Yes"] : (words[name] ?? []);
  return {
    maxLength: kind === "text" ? 100 : kind === "longText" ? 2000 : null,
    digits: kind === "money" ? 2 : null,
    choices: choices.map((label, value) => ({ value, label })),
    targets: LOOKUPS[name] ?? [],
  };
}

function column(name: string, label: string, kind: CellKind, isListed = true, mayUpdate = true): SampleColumn {
  return { column: name, label, kind, isListed, mayUpdate, isRequired: REQUIRED.includes(name) && mayUpdate, rule: rule(name, kind) };
}

export function company(counts: Record<"account" | "contact" | "opportunity", number>, now: number): SampleTable[] {
  const pick = generator(7);
  const houses = Array.from({ length: counts.account }, (_, index) => `${of(LAST, pick(14))} ${of(HOUSES, pick(12))}${index < 12 ? "" : ` ${index}`}`);
  const people = Array.from({ length: counts.contact }, () => `${of(FIRST, pick(14))} ${of(LAST, pick(14))}`);
  const lookup = (table: string, number: number, names: string[], index: number): Cell =>
    names.length === 0 ? { kind: "empty" } : { kind: "lookup", table, id: id(number, index % names.length), name: of(names, index) };
  const changed = (): Cell => ({ kind: "dateTime", at: now - pick(240) * (DAY / 8) });
  const phone = (): Cell => text(`+47 55 ${10 + pick(89)} ${10 + pick(89)} ${10 + pick(89)}`);

  const accounts = houses.map((name, index) => ({
    id: id(1, index),
    name,
    standing: standing(index),
    cells: {
      name: text(name),
      telephone1: phone(),
      address1_city: text(of(TOWNS, pick(10))),
      primarycontactid: lookup("contact", 2, people, pick(9999)),
      industrycode: ((value) => ({ kind: "choice", value, label: of(INDUSTRIES, value) }) as const)(pick(5)),
      modifiedon: changed(),
      revenue: { kind: "money", exact: `${100_000 + pick(9_000_000)}.0000`, currency: "EUR" },
      numberofemployees: { kind: "number", exact: String(5 + pick(4000)) },
      creditonhold: ((isYes) => ({ kind: "yesNo", isYes, label: isYes ? "Yes" : "No" }) as const)(pick(9) === 0),
      description: index % 3 === 0 ? { kind: "empty" } : text("Long-standing customer. Prefers delivery in two lots.\nAsk for the yard's opening hours before each delivery."),
    } satisfies Record<string, Cell>,
  }));
  const contacts = people.map((name, index) => ({
    id: id(2, index),
    name,
    standing: standing(index + 5),
    cells: {
      fullname: text(name),
      firstname: text(name.split(" ")[0] ?? ""),
      lastname: text(name.split(" ").slice(1).join(" ")),
      jobtitle: text(of(TITLES, pick(6))),
      parentcustomerid: lookup("account", 1, houses, pick(9999)),
      emailaddress1: text(`person${index}@customer.example`),
      telephone1: phone(),
      modifiedon: changed(),
      birthdate: { kind: "date", day: `19${60 + pick(40)}-0${1 + pick(9)}-1${pick(9)}` },
    } satisfies Record<string, Cell>,
  }));
  const opportunities = Array.from({ length: counts.opportunity }, (_, index) => {
    const name = `${of(DEALS, pick(8))} ${index + 1}`;
    return {
      id: id(3, index),
      name,
      standing: standing(index + 2),
      cells: {
        name: text(name),
        customerid: lookup("account", 1, houses, pick(9999)),
        salesstagecode: ((value) => ({ kind: "choice", value, label: of(STAGES, value) }) as const)(pick(4)),
        estimatedvalue: { kind: "money", exact: `${1000 * (5 + pick(900))}.0000`, currency: of(CURRENCIES, pick(5)) },
        estimatedclosedate: { kind: "date", day: new Date(now + pick(200) * DAY).toISOString().slice(0, 10) },
        modifiedon: changed(),
        parentcontactid: lookup("contact", 2, people, pick(9999)),
        description: text("Two lots, four winches in February."),
      } satisfies Record<string, Cell>,
    };
  });

  return [
    {
      table: "account", label: "Account", pluralLabel: "Accounts", records: accounts,
      columns: [
        column("name", "Account Name", "text"), column("telephone1", "Main Phone", "text"), column("address1_city", "City", "text"),
        column("primarycontactid", "Primary Contact", "lookup"), column("industrycode", "Industry", "choice"),
        column("modifiedon", "Modified On", "dateTime", true, false), column("revenue", "Annual Revenue", "money", false),
        column("numberofemployees", "Employees", "number", false), column("creditonhold", "Credit Hold", "yesNo", false),
        column("description", "Description", "longText", false),
      ],
    },
    {
      table: "contact", label: "Contact", pluralLabel: "Contacts", records: contacts,
      columns: [
        column("fullname", "Full Name", "text", true, false), column("firstname", "First Name", "text", false), column("lastname", "Last Name", "text", false), column("jobtitle", "Job Title", "text"), column("parentcustomerid", "Company Name", "lookup"),
        column("emailaddress1", "Email", "text"), column("telephone1", "Business Phone", "text"), column("modifiedon", "Modified On", "dateTime", true, false),
        column("birthdate", "Birthday", "date", false),
      ],
    },
    {
      table: "opportunity", label: "Opportunity", pluralLabel: "Opportunities", records: opportunities,
      columns: [
        column("name", "Topic", "text"), column("customerid", "Account", "lookup"), column("salesstagecode", "Stage", "choice"),
        column("estimatedvalue", "Est. Value", "money"), column("estimatedclosedate", "Est. Close", "date"), column("modifiedon", "Modified On", "dateTime", true, false),
        column("parentcontactid", "Contact", "lookup", false), column("description", "Description", "longText", false),
      ],
    },
  ];
}

export function head(table: SampleTable): TableHead {
  const columns = table.columns.filter((each) => each.isListed).map(({ column, label, kind }) => ({ column, label, kind }));
  return { table: table.table, label: table.label, pluralLabel: table.pluralLabel, columns };
}

/** `server` is what CRM has while a change waits. */
export function fields(table: SampleTable, cells: SampleRecord["cells"], server?: SampleRecord["cells"]): Field[] {
  return table.columns.map(({ column, label, kind, mayUpdate, isRequired, rule }) => {
    const cell: Cell = cells[column] ?? { kind: "empty" };
    const before: Cell = server?.[column] ?? { kind: "empty" };
    return { column, label, kind, isRequired, rule, mayEdit: mayUpdate, cell, was: server && JSON.stringify(before) !== JSON.stringify(cell) ? before : null };
  });
}

/** What filters and sorting go by. */
export function plain(cell: Cell | undefined): string | number {
  switch (cell?.kind) {
    case undefined:
    case "empty":
      return "";
    case "text":
      return cell.text;
    case "number":
    case "money":
      return Number(cell.exact);
    case "choice":
    case "yesNo":
      return cell.label;
    case "lookup":
      return cell.name ?? "";
    case "dateTime":
      return cell.at;
    case "date":
      return cell.day;
  }
}
