/** The files of a message, and saving them: none is opened from here, since a stranger chose what they are. */
import { size, t } from "../../i18n";
import { useDeed, type AttachmentHead } from "../../ipc";
import { Icon } from "../../kit/Icon";
import { Action, InfoBar } from "../../kit/InfoBar";
import styles from "./Files.module.css";

interface Props {
  files: readonly AttachmentHead[];
  mailbox: string;
  messageKey: string;
}

export function Files({ files, mailbox, messageKey }: Props) {
  const saving = useDeed("save_attachments");
  const save = (number: number | null) => {
    if (!saving.isPending) saving.mutate({ mailbox, key: messageKey, number });
  };
  const name = (file: AttachmentHead) => (file.name === "" ? t("mail.unnamed_file") : file.name);
  return (
    <div>
      <div className={styles.bar}>
        <ul className={styles.files} aria-label={t("mail.attachments")}>
          {files.map((file, index) => (
            <li key={index} className={styles.file} title={file.mediaType}>
              <Icon name="attach" />
              <span className={styles.fileName}>{name(file)}</span>
              <small>{size(file.size)}</small>
              <Action text={t("mail.save")} label={t("mail.save_file", { name: name(file) })} onClick={() => save(index)} />
            </li>
          ))}
        </ul>
        {files.length > 1 && <Action text={t("mail.save_all")} onClick={() => save(null)} />}
      </div>
      <div role="status" className={styles.said}>
        {saving.isPending ? (
          <InfoBar tone="waiting">{t("mail.saving")}</InfoBar>
        ) : saving.error ? (
          <InfoBar tone="held">{saving.error.message}</InfoBar>
        ) : (
          saving.data && <InfoBar tone="good">{told(saving.data)}</InfoBar>
        )}
      </div>
    </div>
  );
}

function told({ folder, paths }: { folder: string; paths: readonly string[] }): string {
  const [only] = paths;
  if (only !== undefined && paths.length === 1) return t("mail.saved_one", { path: only });
  const names = paths.map((path) => path.slice(folder.length + 1));
  return t("mail.saved", { count: paths.length, folder, names: names.join(", ") });
}
