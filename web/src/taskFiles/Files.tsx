import { Button, CloseButton } from '@mantine/core';
import type { WorkflowAttachment } from '@perennial/contract/workflow.ts';
import { useRef, useState } from 'react';
import { Icon } from '../kit/icons.tsx';
import classes from './files.module.css';
import { ownOrigin } from './queries.ts';

/** The files of a task; more can be dropped, pasted or chosen. */
export function Files({
  files,
  mayWrite,
  progress,
  onAdd,
  onRemove,
}: {
  readonly files: readonly WorkflowAttachment[];
  readonly mayWrite: boolean;
  /** The progress of uploads, by the file's name. */
  readonly progress: ReadonlyMap<string, number>;
  onAdd(files: readonly File[]): void;
  onRemove(file: WorkflowAttachment): void;
}) {
  const [isOver, setOver] = useState(false);
  return (
    <section
      className={classes['block']}
      aria-label="Files"
      data-over={isOver || undefined}
      onDragOver={(event) => {
        if (!mayWrite) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        if (mayWrite) onAdd([...event.dataTransfer.files]);
      }}
    >
      <h3>Files</h3>
      <ul className={classes['files']}>
        {files.map((file) => (
          <li key={file.file_uuid}>
            <Icon name="copy" size={15} />
            <a href={linkOf(file)} download={file.file_name}>
              {file.file_name}
            </a>
            {mayWrite && (
              <CloseButton
                size={26}
                aria-label={`Remove ${file.file_name}`}
                onClick={() => onRemove(file)}
              />
            )}
          </li>
        ))}
        {[...progress].map(([name, fraction]) => (
          <li key={name}>
            <span>{name}</span>
            <progress value={fraction} max={1} aria-label={`Uploading ${name}`} />
          </li>
        ))}
      </ul>
      {mayWrite && <ChooseFiles onAdd={onAdd} />}
    </section>
  );
}

/**
 * Undefined until the task is read again after an upload, because an empty link would lead to this
 * page.
 */
const linkOf = ({ download_key: link }: WorkflowAttachment): string | undefined =>
  link ? ownOrigin(link) : undefined;

function ChooseFiles({ onAdd }: { onAdd(files: readonly File[]): void }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <p className="soft">
      <Button size="compact-sm" variant="default" onClick={() => input.current?.click()}>
        Choose files
      </Button>{' '}
      or drop them here, or paste.
      <input
        ref={input}
        type="file"
        multiple
        hidden
        onChange={(event) => {
          onAdd([...(event.currentTarget.files ?? [])]);
          event.currentTarget.value = '';
        }}
      />
    </p>
  );
}
