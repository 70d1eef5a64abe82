import { Link } from '@tanstack/react-router';
import { paths } from '../paths.ts';

/** A link to an order by its id. Without an id it shows nothing. */
export function OrderLink({ id }: { readonly id: string | undefined }) {
  if (id === undefined) return null;
  return (
    <Link to={paths.order} params={{ id }}>
      <code>{id}</code>
    </Link>
  );
}
