/** What people call the tables that a message can be about, where CRM's own word is not at hand. */
import { t, type PlainKey } from "../../i18n";

const NAMES: Record<string, PlainKey> = {
  account: "crm.account",
  contact: "crm.contact",
  lead: "crm.lead",
  opportunity: "crm.opportunity",
  incident: "crm.case",
};

export function tableName(table: string): string {
  const key = NAMES[table];
  return key ? t(key) : table;
}
