/** What may be said of an identity when its question is asked. */
export const questionAnswers = ["keep", "narrow", "transfer", "retire"] as const;
export type QuestionAnswer = (typeof questionAnswers)[number];

/** Where a question stands, in this order: not asked yet; asked of the owner; reminded; asked of the backup as well; overdue. */
export const stages = ["waiting", "asked", "reminded", "backup-asked", "overdue"] as const;
export type Stage = (typeof stages)[number];

/** In what standing somebody answers. */
export type Standing = "owner" | "backup";
