import { Link } from '@tanstack/react-router';
import { paths } from '../paths.ts';

/** A link to an auto order by its code. Without a code it shows nothing. */
export function AutoOrderLink({ code }: { readonly code: string | undefined }) {
  if (code === undefined) return null;
  return (
    <Link to={paths.autoOrder} params={{ code }}>
      <code>{code}</code>
    </Link>
  );
}
