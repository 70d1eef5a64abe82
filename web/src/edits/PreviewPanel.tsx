import { useQuery } from '@tanstack/react-query';
import { useShown } from '../autoOrder/useShown.ts';
import { BeforeAfter } from '../kit/beforeAfter.tsx';
import { Sentence } from '../kit/sentence.tsx';
import { NotShown, Waiting } from '../kit/states.tsx';
import { useSession } from '../shell/session.tsx';
import classes from './edits.module.css';
import type { Deed } from './form.ts';
import { comparedRebills, differenceWords, type RebillWords } from './previewed.ts';
import { type Base, previewQuery } from './queries.ts';

/** The effect of a change on the next three rebills and on revenue. */
export function PreviewPanel({
  code,
  base,
  deed,
  isSaving,
}: {
  readonly code: string;
  readonly base: Base;
  readonly deed: Deed | undefined;
  readonly isSaving: boolean;
}) {
  const query = previewQuery(code, base, deed);
  const preview = useQuery({ ...query, ...(isSaving && { enabled: false }) });
  const shown = useShown();
  const { merchant } = useSession();
  if (deed === undefined)
    return (
      <div className={classes['preview']}>
        <p className="soft">Nothing is changed yet. The effect of a change is shown here first.</p>
      </div>
    );
  return (
    <div
      className={classes['preview']}
      data-waiting={preview.isPlaceholderData || undefined}
      aria-busy={preview.isFetching}
    >
      {preview.error?.status === 412 ? (
        <p>It was changed since you opened this. Save to compare that with your change.</p>
      ) : preview.error ? (
        <NotShown refused={preview.error} onRetry={() => void preview.refetch()} />
      ) : preview.data ? (
        <>
          <BeforeAfter
            what="The next three rebills"
            lines={comparedRebills(preview.data, shown).map(
              ({ name, before, after, isChanged }) => ({
                name,
                before: <RebillCell words={before} />,
                after: <RebillCell words={after} />,
                isChanged,
              }),
            )}
            difference={differenceWords(preview.data, shown, merchant.currency)}
          />
          {preview.data.warnings?.map((warning) => (
            <p key={warning} className={classes['note']}>
              <Sentence text={warning} />
            </p>
          ))}
        </>
      ) : (
        <Waiting rows={3} what="the preview" />
      )}
    </div>
  );
}

function RebillCell({ words }: { readonly words: RebillWords | undefined }) {
  if (words === undefined) return '–';
  return (
    <span className={classes['rebill']}>
      <span>
        {words.day}, {words.total}
      </span>
      <small>{words.goods}</small>
    </span>
  );
}
