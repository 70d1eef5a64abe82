import { Link } from '@tanstack/react-router';
import { paths } from '../paths.ts';
import { useCan } from '../shell/session.tsx';
import { Icon } from './icons.tsx';
import classes from './leftOut.module.css';
import type { ListResult } from './list.tsx';
import { loadedRows } from './listQuery.ts';

/** Names the records that a list leaves out because they cannot be read, and where to look. */
export function LeftOut<Row>({ result }: { readonly result: ListResult<Row> }) {
  const { warnings } = loadedRows(result.data);
  const mayLook = useCan(['auto_order_read']);
  if (warnings.length === 0) return null;
  return (
    <div className={classes['note']} role="status">
      <Icon name="alert" />
      <div>
        {warnings.map((warning) => (
          <p key={warning}>{warning}</p>
        ))}
      </div>
      {mayLook && <Link to={paths.health}>Health</Link>}
    </div>
  );
}
