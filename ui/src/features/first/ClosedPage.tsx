/** A profile that cannot be opened, why, and what to do. */
import { Button } from "@fluentui/react-components";

import { t } from "../../i18n";
import styles from "./Entrance.module.css";

interface Props {
  message: string;
  onTryAgain: () => void;
}

export function ClosedPage({ message, onTryAgain }: Props) {
  return (
    <>
      <h1>{t("closed.title")}</h1>
      <p>{message}</p>
      <div className={styles.buttons}>
        <Button appearance="primary" onClick={onTryAgain}>
          {t("app.try_again")}
        </Button>
      </div>
    </>
  );
}
