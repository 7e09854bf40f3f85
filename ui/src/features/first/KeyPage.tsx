/** The data is there and its key is not: wait for the keyring, or set the file aside on purpose. */
import { Button, Dialog, DialogActions, DialogBody, DialogContent, DialogSurface, DialogTitle, DialogTrigger } from "@fluentui/react-components";

import { t } from "../../i18n";
import { useEntrance } from "../../ipc";
import { InfoBar } from "../../kit/InfoBar";
import styles from "./Entrance.module.css";

interface Props {
  message: string;
  onTryAgain: () => void;
}

export function KeyPage({ message, onTryAgain }: Props) {
  const setAside = useEntrance("set_file_aside");
  return (
    <>
      <h1>{t("key.title")}</h1>
      <p>{message}</p>
      {setAside.error && <InfoBar tone="held" isAlert>{setAside.error.message}</InfoBar>}
      <div className={styles.buttons}>
        <Button appearance="primary" onClick={onTryAgain}>
          {t("app.try_again")}
        </Button>
        <Dialog modalType="alert">
          <DialogTrigger disableButtonEnhancement>
            <Button disabled={setAside.isPending}>{t("key.set_aside")}</Button>
          </DialogTrigger>
          <DialogSurface>
            <DialogBody>
              <DialogTitle>{t("key.confirm_title")}</DialogTitle>
              <DialogContent>{t("key.confirm")}</DialogContent>
              <DialogActions>
                <DialogTrigger disableButtonEnhancement>
                  <Button appearance="primary">{t("key.confirm_no")}</Button>
                </DialogTrigger>
                <DialogTrigger disableButtonEnhancement>
                  <Button onClick={() => setAside.mutate({})}>{t("key.confirm_yes")}</Button>
                </DialogTrigger>
              </DialogActions>
            </DialogBody>
          </DialogSurface>
        </Dialog>
      </div>
    </>
  );
}
