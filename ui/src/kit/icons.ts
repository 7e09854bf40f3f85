/** The drawings of the sprite, on a grid of 18 by 18. */
export const ICONS = {
  crm: "M3 6h12v9H3z M6 6V4c0-1 1-2 3-2s3 1 3 2v2 M3 10h12",
  sync: "M3 9a6 6 0 0 1 10-4l2 2 M15 3v4h-4 M15 9a6 6 0 0 1-10 4l-2-2 M3 15v-4h4",
  check: "M3 9l4 4 8-8",
  clock: "M9 16A7 7 0 1 0 9 2a7 7 0 0 0 0 14z M9 5v4l3 2",
  warn: "M9 2l7 13H2z M9 7v4 M9 13v.2",
  plane: "M2 10l14-6-4 12-3-4z",
  open: "M3 4h12v11H3z M3 7h12 M6 10h6 M6 12.5h4",
  back: "M15 9H3 M8 4L3 9l5 5",
  next: "M9 3v12 M4 10l5 5 5-5",
  previous: "M9 15V3 M4 8l5-5 5 5",
  filter: "M2 4h14l-5.5 6v5l-3-1.5V10z",
  key: "M6 14a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7z M8.5 8L15 2 M12 5l2.5 2.5",
  mail: "M2 4h14v10H2z M2 5l7 5 7-5",
  folder: "M2 4.5h5l1.5 2H16V14H2z",
  link: "M7.5 10.5l3-3 M8 5.5l1.5-1.5a3 3 0 0 1 4.5 4.5L12.5 10 M10 12.5L8.5 14A3 3 0 0 1 4 9.5L5.5 8",
  unlink: "M8 5.5l1.5-1.5a3 3 0 0 1 4.5 4.5L12.5 10 M10 12.5L8.5 14A3 3 0 0 1 4 9.5L5.5 8 M3 3l12 12",
  target: "M9 16A7 7 0 1 0 9 2a7 7 0 0 0 0 14z M9 12a3 3 0 1 0 0-6 3 3 0 0 0 0 6z",
  plus: "M9 3v12 M3 9h12",
  attach: "M13.5 8l-5 5a2.5 2.5 0 0 1-3.5-3.5l6-6a1.8 1.8 0 0 1 2.5 2.5l-5.5 5.5",
  remove: "M4 4l10 10 M14 4L4 14",
  person: "M9 8a3 3 0 1 0 0-6 3 3 0 0 0 0 6z M3 16c0-4 3-6 6-6s6 2 6 6",
} as const;

export type IconName = keyof typeof ICONS;
