/** The page: what stands before the window's work, or the desk where it is done. */
import { Button, FluentProvider } from "@fluentui/react-components";
import { QueryClientProvider } from "@tanstack/react-query";
import { useState } from "react";

import { Entrance } from "../features/first";
import { t } from "../i18n";
import { BackendProvider, newClient, useAsk, type Backend } from "../ipc";
import { Blank } from "../kit/Blank";
import { Sprite } from "../kit/Icon";
import { theme } from "../theme/fluent";
import styles from "./App.module.css";
import { Desk } from "./Desk";
import { TitleBar } from "./TitleBar";

export function App({ backend }: { backend: Backend }) {
  const [client] = useState(newClient);
  return (
    <QueryClientProvider client={client}>
      <BackendProvider backend={backend}>
        <FluentProvider theme={theme}>
          <Sprite />
          <Opening />
        </FluentProvider>
      </BackendProvider>
    </QueryClientProvider>
  );
}

function Opening() {
  const start = useAsk("start", {});
  if (start.data?.page === "ready") return <Desk notice={start.data.notice} />;
  return (
    <div className={styles.entrance}>
      <TitleBar />
      {start.data ? (
        <Entrance start={start.data} onTryAgain={() => void start.refetch()} />
      ) : start.error ? (
        <Blank title={t("app.failed")} hint={start.error.message}>
          <Button onClick={() => void start.refetch()}>{t("app.try_again")}</Button>
        </Blank>
      ) : (
        <Blank title={t("app.loading")} isWait />
      )}
    </div>
  );
}
