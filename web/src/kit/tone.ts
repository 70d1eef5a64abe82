/** How much attention something needs. */
export type Tone = 'good' | 'note' | 'warn' | 'bad' | 'quiet';
