/** What a form tells the window, and what the window may tell a form. */
export interface FormState {
  isNew: boolean;
  /** Whether something is typed that is not saved. */
  isDirty: boolean;
  isSaving: boolean;
  name: string;
}

export interface FormDeeds {
  /** Whether it is on disk. */
  save: () => Promise<boolean>;
  /** Forgets what was typed since the last save. */
  undo: () => void;
}
