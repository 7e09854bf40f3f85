/** A message's body in a frame without rights, and the keyboard's way back from it. */
import { useEffect, useMemo, useRef, type RefObject } from "react";

import { t } from "../../i18n";
import styles from "./ReadingPane.module.css";
import { frameDocument, lookOf } from "./safe";

interface Props {
  html: string;
  subject: string;
}

export function Frame({ html, subject }: Props) {
  const frame = useRef<HTMLIFrameElement>(null);
  useFocusBack(frame);
  const whole = useMemo(() => frameDocument(html, lookOf(document.documentElement)), [html]);
  return <iframe ref={frame} className={styles.frame} title={t("mail.body_of", { subject })} sandbox="" referrerPolicy="no-referrer" tabIndex={-1} srcDoc={whole} />;
}

/** A frame without scripts cannot pass keys on, so after a click into it the focus goes to the pane around it. */
function useFocusBack(frame: RefObject<HTMLIFrameElement | null>) {
  useEffect(() => {
    // The frame has the keys only when this event is over; taken back before, the focus would be ours and the keys the frame's.
    const onBlur = () =>
      setTimeout(() => {
        const element = frame.current;
        if (!element || document.activeElement !== element) return;
        window.focus();
        element.closest<HTMLElement>("[data-pane-home]")?.focus({ preventScroll: true });
      });
    window.addEventListener("blur", onBlur);
    return () => window.removeEventListener("blur", onBlur);
  }, [frame]);
}
