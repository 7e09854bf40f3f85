/** The sizes that code must know as numbers; a test holds them against tokens.css. */
export const ROW_HEIGHT = 32;
