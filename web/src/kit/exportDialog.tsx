import { Button, Modal } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { toast } from '../shell/toasts.tsx';
import { CsvFile } from './csv.ts';
import form from './form.module.css';
import type { ReadPage } from './listQuery.ts';
import { formatCount } from './money.ts';
import { Refusal } from './refusal.tsx';
import { saveAs } from './saveAs.ts';

interface ExportProps<Row extends object> {
  /** The name of the rows, in the plural and lower case. */
  readonly what: string;
  readonly total: number;
  /** True if more rows match than were counted. */
  readonly isMore: boolean;
  /** Reads the list from its first row. */
  readonly readPage: ReadPage<Row>;
  onClose(): void;
}

/** The most rows of a file that a browser can build in memory. */
const rowsMax = 200_000;

/** Saves all rows of a list as CSV. Asks first, shows the progress, and can be stopped. */
export function ExportDialog<Row extends object>(props: ExportProps<Row>) {
  const { what, total, isMore, onClose } = props;
  const { done, isBusy, error, run, stop } = useExport(props);
  const count = formatCount(total, isMore);
  const close = () => {
    stop();
    onClose();
  };
  return (
    <Modal opened onClose={close} title={`Save ${what} as CSV`} closeOnClickOutside={false}>
      <div className={form['form']}>
        <p>
          All {count} {what} of the list are read in its order, with all their fields, and saved as
          one file. Dates and amounts are written as in the API.
          {isMore && ` At most ${formatCount(rowsMax)} rows go into a file.`}
        </p>
        {(isBusy || done > 0) && (
          <>
            <progress
              aria-label="How much has been read"
              style={{ width: '100%' }}
              {...(!isMore && { max: Math.max(total, 1), value: Math.min(done, total) })}
            />
            <p role="status">
              {formatCount(done)} of {count} rows read
            </p>
          </>
        )}
        <Refusal error={error} />
        <div className={form['buttons']}>
          <Button variant="default" onClick={close}>
            Cancel
          </Button>
          <Button loading={isBusy} onClick={() => void run()}>
            {error ? 'Continue' : `Save ${count} rows`}
          </Button>
        </div>
      </div>
    </Modal>
  );
}

/** Reads page after page into a file. After a failure, it continues where it stopped. */
function useExport<Row extends object>({ what, readPage, onClose }: ExportProps<Row>) {
  const file = useRef(new CsvFile()).current;
  const cursor = useRef<string>(undefined);
  // The reader stores its progress, so it must stay the same when the list is drawn again.
  const read = useRef(readPage).current;
  const reading = useRef<AbortController>(undefined);
  const [done, setDone] = useState(0);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<Error>();
  const stop = () => reading.current?.abort();
  useEffect(() => () => reading.current?.abort(), []);

  async function readAll(signal: AbortSignal): Promise<void> {
    do {
      const { rows, nextCursor } = await read(cursor.current, signal);
      signal.throwIfAborted();
      file.add(rows);
      cursor.current = nextCursor;
      setDone(file.rowCount);
    } while (cursor.current !== undefined && file.rowCount < rowsMax);
  }

  async function run(): Promise<void> {
    const { signal } = (reading.current = new AbortController());
    setBusy(true);
    setError(undefined);
    try {
      await readAll(signal);
      saveAs(`${what.replaceAll(' ', '-')}.csv`, file.text(), 'text/csv');
      toast({ text: savedWords(what, file.rowCount, cursor.current !== undefined) });
      onClose();
    } catch (failed) {
      if (!signal.aborted) setError(failed as Error);
    }
    setBusy(false);
  }
  return { done, isBusy, error, run, stop };
}

const savedWords = (what: string, count: number, isCut: boolean): string =>
  isCut
    ? `The first ${formatCount(count)} ${what} are saved. Filter the list to save others.`
    : `${formatCount(count)} ${what} are saved.`;
