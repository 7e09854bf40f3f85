/** The door to mail. */
export { useMail, type Mail, type MailDeed } from "./deeds";
export { MailPane } from "./MailPane";
export { START_OF_MAIL, type MailPlace } from "./place";
