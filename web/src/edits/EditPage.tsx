import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { RoutedDialog } from '../kit/routedDialog.tsx';
import { Empty, Forbidden, NotShown, Waiting } from '../kit/states.tsx';
import { useCan } from '../shell/session.tsx';
import { EditForm } from './EditForm.tsx';
import type { Part } from './form.ts';
import { partOf } from './parts.ts';
import { type Base, baseQuery } from './queries.ts';
import { useFormContext } from './useFormContext.ts';

/** `/auto-orders/:code/edit/:part`: one change of an auto order, as a dialog over its page. */
export function EditPage() {
  const { code, part: name } = useParams({ from: '/inside/auto-orders/$code/edit/$part' });
  const part = partOf(name);
  const isAllowed = useCan(['auto_order_write']);
  return (
    <RoutedDialog
      title={part?.title ?? 'Unknown change'}
      parent={`/auto-orders/${code}`}
      size={720}
    >
      {!part ? (
        <Empty title="There is no such change">
          Close this and choose one of the actions of the auto order.
        </Empty>
      ) : !isAllowed ? (
        <Forbidden message="Changing auto orders needs the permission auto_order_write." />
      ) : (
        <Loaded key={`${code} ${name}`} code={code} part={part} />
      )}
    </RoutedDialog>
  );
}

function Loaded({ code, part }: { readonly code: string; readonly part: Part }) {
  const base = useQuery(baseQuery(code));
  if (base.data) return <Ready code={code} part={part} base={base.data} />;
  if (base.error) return <NotShown refused={base.error} onRetry={() => void base.refetch()} />;
  return <Waiting rows={4} what="the auto order" />;
}

function Ready({
  code,
  part,
  base,
}: {
  readonly code: string;
  readonly part: Part;
  readonly base: Base;
}) {
  const { context, error, retry } = useFormContext(code, part, base);
  const hindrance = part.hindrance?.(base.order, context);
  if (hindrance !== undefined) return <Empty title="This cannot be done now">{hindrance}</Empty>;
  if (context) return <EditForm code={code} part={part} first={base} context={context} />;
  if (error) return <NotShown refused={error} onRetry={retry} />;
  return <Waiting rows={4} what="the form" />;
}
