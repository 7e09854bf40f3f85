/** The window's name, and the light that says how we stand with CRM. */
import type { ReactNode } from "react";

import { t } from "../i18n";
import { Icon } from "../kit/Icon";
import styles from "./TitleBar.module.css";

export function TitleBar({ children }: { children?: ReactNode }) {
  return (
    <header className={styles.title}>
      <span className={styles.name}>
        <Icon name="crm" />
        {t("app.name")}
      </span>
      {children}
    </header>
  );
}
