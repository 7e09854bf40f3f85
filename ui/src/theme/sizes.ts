/** The sizes that code must know as numbers; a test holds them against tokens.css. */
export const ROW_HEIGHT = 32;
export const MESSAGE_HEIGHT = 62;

/** Widths of the mail place's panes: at first, at least and at most. */
export const PANES_OF_MAIL = {
  folders: { initial: 212, least: 132, most: 360 },
  list: { initial: 372, least: 230, most: 640 },
  context: { initial: 318, least: 200, most: 520 },
} as const;

/** How far an arrow key moves the edge of a pane. */
export const EDGE_STEP = 16;
