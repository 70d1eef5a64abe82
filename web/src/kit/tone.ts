/** The tone of a message: how much attention it needs. */
export type Tone = 'good' | 'note' | 'warn' | 'bad' | 'quiet';
