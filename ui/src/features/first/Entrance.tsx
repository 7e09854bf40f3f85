/** The pages before the window's work begins: a card in the middle. */
import type { ReactNode } from "react";

import type { Start } from "../../ipc";
import { ClosedPage } from "./ClosedPage";
import { FirstPage } from "./FirstPage";
import { KeyPage } from "./KeyPage";
import { PassphrasePage } from "./PassphrasePage";
import styles from "./Entrance.module.css";

interface Props {
  start: Exclude<Start, { page: "ready" }>;
  onTryAgain: () => void;
}

export function Entrance({ start, onTryAgain }: Props) {
  return (
    <main className={styles.ground}>
      <div className={styles.card}>{page(start, onTryAgain)}</div>
    </main>
  );
}

function page(start: Props["start"], onTryAgain: () => void): ReactNode {
  switch (start.page) {
    case "first":
      return <FirstPage hasDemo={start.hasDemo} isSigningIn={start.isSigningIn} message={start.message} />;
    case "keyMissing":
      return <KeyPage message={start.message} onTryAgain={onTryAgain} />;
    case "passphrase":
      return <PassphrasePage isNew={start.isNew} message={start.message} />;
    case "closed":
      return <ClosedPage message={start.message} onTryAgain={onTryAgain} />;
  }
}
