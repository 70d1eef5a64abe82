import type { WorkflowAttachment, WorkflowNote } from '@perennial/contract/workflow.ts';
import { useState } from 'react';
import { presentMoment } from '../kit/now.ts';
import { useCan, useSession } from '../shell/session.tsx';
import { toast } from '../shell/toasts.tsx';
import { uploadFile } from '../taskFiles/queries.ts';
import { applyChange, takeTask } from './actions.ts';
import type { TaskChange } from './change.ts';
import { attempt, changeFiles, changeTask, deleteTask, type ReadTask } from './queries.ts';

/** The writes that a person can make to the visible task. */
export type TaskWrites = ReturnType<typeof useTaskWrites>;

/** The actions of a person on the visible task. */
export function useTaskWrites(read: ReadTask) {
  const { user, merchant } = useSession();
  const mayWrite = useCan(['workflow_write']);
  const { task } = read;
  const uuid = task.workflow_task_uuid ?? '';
  return {
    mayWrite,
    me: user.id,
    take: () => void takeTask(task, user.id, presentMoment(merchant.isTest)),
    change: (change: TaskChange, words: string) => applyChange(read, change, words, user.id),
    addNote: (text: string) => saved(() => changeTask(uuid, { notes: [{ note: text }] })),
    editNote: (index: number, text: string) =>
      saved(() => changeTask(uuid, { notes: edited(task.notes ?? [], index, text) })),
    remove: async (): Promise<boolean> => {
      const isDone = await saved(() => deleteTask(uuid));
      if (isDone) toast({ text: `#${task.global_task_number} was deleted.` });
      return isDone;
    },
    ...useFiles(read),
  };
}

/** All notes are sent, because notes of the same second are recognized by their order. */
const edited = (notes: readonly WorkflowNote[], index: number, text: string): WorkflowNote[] =>
  notes.map((note, at) => ({
    ...(note.note_dts !== undefined && { note_dts: note.note_dts }),
    ...(note.user !== undefined && { user: note.user }),
    note: at === index ? text : (note.note ?? ''),
  }));

/** Returns whether a write succeeded; shows the server's words when it did not. */
async function saved(write: () => Promise<unknown>): Promise<boolean> {
  const result = await attempt(write);
  if ('refused' in result) toast({ text: result.refused.message, tone: 'bad' });
  return 'done' in result;
}

/** Takes a file off a task. The server keeps it for a day, so the removal can be undone. */
async function removeFile(
  uuid: string,
  { file_uuid: gone = '', file_name = '' }: WorkflowAttachment,
) {
  const isGone = ({ file_uuid }: WorkflowAttachment) => file_uuid === gone;
  const isDone = await saved(() =>
    changeFiles(uuid, (files) => files.filter((file) => !isGone(file))),
  );
  if (!isDone) return;
  const again = { upload_key: gone, file_name };
  toast({
    text: `${file_name} is removed.`,
    undo: async () => {
      await changeFiles(uuid, (files) => (files.some(isGone) ? files : [...files, again]));
    },
  });
}

function useFiles({ task }: ReadTask) {
  const [progress, setProgress] = useState<ReadonlyMap<string, number>>(new Map());
  const uuid = task.workflow_task_uuid ?? '';
  const report = (name: string, fraction: number | undefined) =>
    setProgress((before) => {
      const next = new Map(before);
      if (fraction === undefined) next.delete(name);
      else next.set(name, fraction);
      return next;
    });
  const upload = async (files: readonly File[]) => {
    const uploads: WorkflowAttachment[] = [];
    for (const file of files) {
      report(file.name, 0);
      await saved(async () => {
        uploads.push(await uploadFile(file, (fraction) => report(file.name, fraction)));
      });
      report(file.name, undefined);
    }
    if (uploads.length === 0) return;
    const isSaved = await saved(() => changeFiles(uuid, (files) => [...files, ...uploads]));
    if (isSaved)
      toast({ text: `${uploads.length === 1 ? 'The file is' : 'The files are'} attached.` });
  };
  return {
    progress,
    addFiles: (files: readonly File[]) => void upload(files),
    removeFile: (file: WorkflowAttachment) => void removeFile(uuid, file),
  };
}
