/** The pictures of a message that lie on the internet: shown once, when the user asks. The core fetches them. */
import { Spinner } from "@fluentui/react-components";
import { useEffect, useRef } from "react";

import { t } from "../../i18n";
import { useDeed } from "../../ipc";
import { Icon } from "../../kit/Icon";
import { Action } from "../../kit/InfoBar";
import { focusPane } from "../../kit/panes";
import styles from "./ReadingPane.module.css";

export type Pictures = ReturnType<typeof usePictures>;

/** Whoever leaves the message ends the wait. */
export function usePictures(mailbox: string, key: string) {
  const fetching = useDeed("show_pictures");
  const cancelling = useDeed("cancel_pictures");
  const { isPending, data } = fetching;
  const leave = useRef(() => {});
  leave.current = () => {
    if (isPending) cancelling.mutate({});
  };
  useEffect(() => () => leave.current(), []);
  return {
    isBusy: isPending,
    shown: data,
    failure: fetching.error && fetching.error.code !== "cancelled" ? fetching.error.message : null,
    show: () => fetching.mutate({ mailbox, key }),
    cancel: () => cancelling.mutate({}),
  };
}

export function PicturesBar({ pictures: { isBusy, shown, failure, show, cancel } }: { pictures: Pictures }) {
  if (shown?.missing === 0) return null;
  // The button goes, and the focus must not go with it.
  const andKeepFocus = (deed: () => void) => () => {
    deed();
    focusPane("item");
  };
  return (
    <div className={styles.plain} aria-live="polite">
      {isBusy ? <Spinner size="tiny" /> : <Icon name="warn" />}
      <span>{isBusy ? t("mail.pictures_coming") : shown ? t("mail.pictures_missing", { count: shown.missing }) : (failure ?? t("mail.pictures_blocked"))}</span>
      {isBusy ? <Action text={t("app.cancel")} onClick={andKeepFocus(cancel)} /> : !shown && <Action text={t(failure === null ? "mail.show_once" : "app.try_again")} onClick={andKeepFocus(show)} />}
    </div>
  );
}
