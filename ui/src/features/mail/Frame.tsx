/** A message's body in a frame without rights, and the keyboard's way back from it. */
import { useEffect, useMemo, useRef, type RefObject } from "react";

import { t } from "../../i18n";
import styles from "./ReadingPane.module.css";
import { frameDocument, lookOf } from "./safe";

interface Props {
  html: string;
  hasPictures: boolean;
  subject: string;
}

export function Frame({ html, hasPictures, subject }: Props) {
  const frame = useRef<HTMLIFrameElement>(null);
  useFocusBack(frame);
  const whole = useMemo(() => frameDocument(html, hasPictures, lookOf(document.documentElement)), [html, hasPictures]);
  return <iframe ref={frame} className={styles.frame} title={t("mail.body_of", { subject })} sandbox="" referrerPolicy="no-referrer" tabIndex={-1} srcDoc={whole} />;
}

/** A frame without scripts cannot pass keys on, so after a click into it the focus goes to the pane around it. */
function useFocusBack(frame: RefObject<HTMLIFrameElement | null>) {
  useEffect(() => {
    const giveBack = () => {
      const element = frame.current;
      if (element && document.activeElement === element) element.closest<HTMLElement>("[data-pane-home]")?.focus({ preventScroll: true });
    };
    // Some engines name the frame as active only after the window has lost the focus.
    const onBlur = () => {
      giveBack();
      setTimeout(giveBack);
    };
    window.addEventListener("blur", onBlur);
    document.addEventListener("focusin", giveBack);
    return () => {
      window.removeEventListener("blur", onBlur);
      document.removeEventListener("focusin", giveBack);
    };
  }, [frame]);
}
