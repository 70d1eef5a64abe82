import type { Temporal } from 'temporal-polyfill';
import { wireDate } from '../kernel/calendar.ts';
import type { Task } from './task.ts';

/** Looks up the form of names and dates in the history. */
export interface HistoryWords {
  readonly zone: string;
  readonly userName: (userId: number) => string;
  readonly groupName: (groupId: number) => string;
}

/** Describes in words how a task changed; undefined when nothing differs. */
export function descriptionOf(before: Task, after: Task, words: HistoryWords): string | undefined {
  const at = (moment: Temporal.Instant | undefined) => moment && wireDate(moment, words.zone);
  const parts = [
    change('Name', before.name, after.name),
    change('Status', before.status, after.status),
    change('Priority', before.priority, after.priority),
    change('Assigned to', assignee(before, words), assignee(after, words)),
    change('Due', at(before.dueAt), at(after.dueAt)),
    change('Delayed until', at(before.delayUntil), at(after.delayUntil)),
    change('Expires', at(before.expiresAt), at(after.expiresAt)),
    change('Waits for', before.dependantUuid, after.dependantUuid),
    change('Related to', before.relatedUuid, after.relatedUuid),
    change('Tags', listed(before.tags), listed(after.tags)),
    before.details === after.details ? undefined : 'Details changed',
    before.context === after.context ? undefined : 'Context changed',
    change('Object link', before.objectUrl, after.objectUrl),
    change('Object email', before.objectEmail, after.objectEmail),
    sameJson(before.properties, after.properties) ? undefined : 'Properties changed',
    change(
      'Files',
      listed(before.attachments.map(({ fileName }) => fileName)),
      listed(after.attachments.map(({ fileName }) => fileName)),
    ),
    ...notesChanged(before, after),
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.join('; ');
}

function change(
  what: string,
  before: string | undefined,
  after: string | undefined,
): string | undefined {
  if (before === after) return undefined;
  return `${what}: ${before ?? 'none'} → ${after ?? 'none'}`;
}

function assignee(
  { assignedUserId, assignedGroupId }: Task,
  { userName, groupName }: HistoryWords,
): string | undefined {
  if (assignedUserId !== undefined) return userName(assignedUserId);
  return assignedGroupId === undefined ? undefined : `group ${groupName(assignedGroupId)}`;
}

const listed = (texts: readonly string[]): string | undefined =>
  texts.length === 0 ? undefined : texts.join(', ');

const sameJson = (one: unknown, other: unknown): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

function notesChanged(before: Task, after: Task): string[] {
  const edited = before.notes.filter((note, i) => after.notes[i]!.text !== note.text).length;
  const extended = before.notes.filter(
    (note, i) => after.notes[i]!.attachments.length > note.attachments.length,
  ).length;
  const added = after.notes.length - before.notes.length;
  return [
    ...(added > 0 ? [added === 1 ? 'Note added' : `${added} notes added`] : []),
    ...(edited > 0 ? [edited === 1 ? 'Note edited' : `${edited} notes edited`] : []),
    ...(extended > 0 ? ['File added to a note'] : []),
  ];
}
