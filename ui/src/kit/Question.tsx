/** A dialog that is answered or closed, after which the focus is where it was. */
import { Button, Dialog, DialogActions, DialogBody, DialogContent, DialogSurface, DialogTitle } from "@fluentui/react-components";
import { useEffect, useRef, useState, type ReactNode, type SyntheticEvent } from "react";

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
  /** Another answer, which stands between the first and the word that closes. */
  second?: { text: string; onChoose: () => void };
  onClose: () => void;
  /** Why the last answer failed. */
  problem?: string | null | undefined;
  /** Whether the answer cannot be undone: then closing is the main word, and has the focus. */
  isGrave?: boolean;
}

/** Where the focus was before the first of the questions that follow each other. */
let home: Element | null = null;
const isAsking = () => document.querySelector("[role=dialog]") !== null;

export function Question({ title, children, cancel, answer, mayAnswer = true, onAnswer, second, onClose, problem, isGrave = false }: Props) {
  useState(() => {
    if (!isAsking()) home = document.activeElement;
  });
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    // The dialog itself takes the focus first; what one types into is where it belongs.
    const timer = setTimeout(() => form.current?.querySelector<HTMLElement>(isGrave ? "button" : "input, button")?.focus());
    return () => clearTimeout(timer);
  }, [isGrave]);
  useEffect(
    () => () => {
      // The dialog gives the focus up first; and another question may follow.
      setTimeout(() => !isAsking() && home instanceof HTMLElement && home.focus({ preventScroll: true }));
    },
    [],
  );
  const onSubmit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (mayAnswer) onAnswer?.();
  };
  const close = (
    <Button onClick={onClose} appearance={isGrave ? "primary" : "secondary"}>
      {cancel}
    </Button>
  );
  return (
    <Dialog open onOpenChange={(_, { open }) => !open && onClose()}>
      <DialogSurface aria-describedby={undefined} className={styles.surface ?? ""}>
        <form ref={form} onSubmit={onSubmit} noValidate>
          <DialogBody>
            <DialogTitle>{title}</DialogTitle>
            <DialogContent className={styles.content ?? ""}>
              {typeof problem === "string" && <InfoBar tone="held" isAlert>{problem}</InfoBar>}
              {children}
            </DialogContent>
            <DialogActions>
              {isGrave && close}
              {answer !== undefined && (
                <Button type="submit" appearance={isGrave ? "secondary" : "primary"} disabledFocusable={!mayAnswer}>
                  {answer}
                </Button>
              )}
              {second && <Button onClick={second.onChoose}>{second.text}</Button>}
              {!isGrave && close}
            </DialogActions>
          </DialogBody>
        </form>
      </DialogSurface>
    </Dialog>
  );
}
