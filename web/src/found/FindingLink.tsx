import type { AuditFinding } from '@perennial/contract/audit.ts';
import { ObjectLink } from './ObjectLink.tsx';

/** The object of an audit's finding, with a link to its page or to that of its auto order. */
export function FindingLink({
  finding,
  onClick,
}: {
  readonly finding: AuditFinding;
  onClick?(): void;
}) {
  const { object_id: id = '', auto_order_oid: oid, order_id: orderId } = finding;
  const words = <code>{orderId ?? id}</code>;
  const click = onClick && { onClick };
  if (orderId !== undefined)
    return (
      <ObjectLink type="order" id={orderId} {...click}>
        {words}
      </ObjectLink>
    );
  return (
    <ObjectLink type="auto order" id={oid === undefined ? undefined : String(oid)} {...click}>
      {words}
    </ObjectLink>
  );
}
