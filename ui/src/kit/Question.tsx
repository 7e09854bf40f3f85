/** A dialog that is answered or closed, after which the focus is where it was. */
import { Button, Dialog, DialogActions, DialogBody, DialogContent, DialogSurface, DialogTitle } from "@fluentui/react-components";
import { useEffect, useRef, type ReactNode, type SyntheticEvent } from "react";

import { InfoBar } from "./InfoBar";
import styles from "./Question.module.css";

interface Props {
  title: string;
  children: ReactNode;
  /** The word that closes it and changes nothing. */
  cancel: string;
  /** The word that answers; without one the content itself answers. */
  answer?: string;
  mayAnswer?: boolean;
  onAnswer?: () => void;
  onClose: () => void;
  /** Why the last answer failed. */
  problem?: string | null | undefined;
}

export function Question({ title, children, cancel, answer, mayAnswer = true, onAnswer, onClose, problem }: Props) {
  const before = useRef(document.activeElement);
  useEffect(() => {
    const element = before.current;
    return () => {
      // The dialog gives the focus up first.
      setTimeout(() => element instanceof HTMLElement && element.isConnected && element.focus({ preventScroll: true }));
    };
  }, []);
  const onSubmit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (mayAnswer) onAnswer?.();
  };
  return (
    <Dialog open onOpenChange={(_, { open }) => !open && onClose()}>
      <DialogSurface aria-describedby={undefined} className={styles.surface ?? ""}>
        <form onSubmit={onSubmit} noValidate>
          <DialogBody>
            <DialogTitle>{title}</DialogTitle>
            <DialogContent className={styles.content ?? ""}>
              {typeof problem === "string" && <InfoBar tone="held" isAlert>{problem}</InfoBar>}
              {children}
            </DialogContent>
            <DialogActions>
              {answer !== undefined && (
                <Button type="submit" appearance="primary" disabledFocusable={!mayAnswer}>
                  {answer}
                </Button>
              )}
              <Button onClick={onClose}>{cancel}</Button>
            </DialogActions>
          </DialogBody>
        </form>
      </DialogSurface>
    </Dialog>
  );
}
