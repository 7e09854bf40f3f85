/** The links of a message: the frame around its text opens nothing, so they are opened from here, after a look at where they lead. */
import { useId, useMemo, useState } from "react";

import { t } from "../../i18n";
import { useDeed } from "../../ipc";
import { Icon } from "../../kit/Icon";
import { InfoBar } from "../../kit/InfoBar";
import { Question } from "../../kit/Question";
import styles from "./Links.module.css";
import { linksOf, type Link } from "./links";

export function Links({ html }: { html: string }) {
  const links = useMemo(() => linksOf(html), [html]);
  const [isOpen, setOpen] = useState(false);
  const [asked, setAsked] = useState<Link | null>(null);
  const list = useId();
  if (links.length === 0) return null;
  return (
    <div>
      <button type="button" className={styles.title} aria-expanded={isOpen} aria-controls={isOpen ? list : undefined} onClick={() => setOpen(!isOpen)}>
        <Icon name="link" />
        {t("mail.links", { count: links.length })}
        <span className={styles.turn} data-open={isOpen}>
          <Icon name="down" isSmall />
        </span>
      </button>
      {isOpen && (
        <ul id={list} className={styles.links} aria-label={t("mail.links_of")}>
          {links.map((link) => (
            <li key={link.address}>
              <button type="button" className={styles.link} title={link.address} onClick={() => setAsked(link)}>
                <span>{link.words === "" ? t("mail.link_picture") : link.words}</span> <small data-masked={link.isMasked}>{link.leadsTo}</small>
              </button>
            </li>
          ))}
        </ul>
      )}
      {asked && <OpenDialog link={asked} onClose={() => setAsked(null)} />}
    </div>
  );
}

function OpenDialog({ link: { address, leadsTo, isMail, words, isMasked }, onClose }: { link: Link; onClose: () => void }) {
  const open = useDeed("open_link");
  return (
    <Question
      isGrave={isMasked}
      title={isMail ? t("link.title_mail", { person: leadsTo }) : t("link.title", { host: leadsTo })}
      cancel={t("app.cancel")}
      answer={t(isMail ? "link.open_mail" : "link.open")}
      mayAnswer={!open.isPending}
      onAnswer={() => open.mutate({ address }, { onSuccess: onClose })}
      onClose={onClose}
      problem={open.error?.message}
    >
      {isMasked && (
        <InfoBar tone="held" lead={t("link.masked")}>
          {t("link.masked_how", { words, host: leadsTo })}
        </InfoBar>
      )}
      <p className={styles.address}>{address}</p>
      <p className={styles.note}>{t(isMail ? "link.note_mail" : "link.note")}</p>
    </Question>
  );
}
