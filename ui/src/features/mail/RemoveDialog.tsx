/** Removing a mailbox from this device, after a second word. */
import { t } from "../../i18n";
import { useAsk, useDeed } from "../../ipc";
import { Question } from "../../kit/Question";

export function RemoveDialog({ mailbox, onClose }: { mailbox: string; onClose: () => void }) {
  const remove = useDeed("remove_mailbox");
  const address = useAsk("list_folders", {}).data?.mailboxes.find((each) => each.mailbox === mailbox)?.address ?? "";
  return (
    <Question
      isGrave
      title={t("mailbox.remove_title", { address })}
      cancel={t("mailbox.remove_no")}
      answer={t("mailbox.remove_yes")}
      mayAnswer={!remove.isPending}
      onAnswer={() => remove.mutate({ mailbox }, { onSuccess: onClose })}
      onClose={onClose}
      problem={remove.error?.message}
    >
      <p>{t("mailbox.remove_what")}</p>
    </Question>
  );
}
