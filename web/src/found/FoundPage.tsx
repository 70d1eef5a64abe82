import { useQuery } from '@tanstack/react-query';
import { Link, Navigate, useParams, useSearch } from '@tanstack/react-router';
import { sentenceCase } from '../kit/filters.ts';
import { Loaded } from '../kit/loaded.tsx';
import { Page } from '../kit/page.tsx';
import { Panel } from '../kit/panel.tsx';
import { Empty } from '../kit/states.tsx';
import { leadsTo } from './found.ts';
import { foundQuery } from './queries.ts';

/** `/o/:id`: opens the record with an id, whatever its type. Tasks and mails link here. */
export function FoundPage() {
  const { id } = useParams({ from: '/inside/o/$id' });
  const { type } = useSearch({ from: '/inside/o/$id' });
  const result = useQuery(foundQuery(id, type));
  const to = result.data && leadsTo(id, result.data);
  if (to !== undefined) return <Navigate to={to as never} replace />;
  return (
    <Page title={`Find ${id}`}>
      <Loaded result={result} what="what has this id">
        {(found) =>
          found.length === 0 ? (
            <Empty icon="search" title="Nothing has this id">
              It may belong to another merchant, or you may not read it.
            </Empty>
          ) : (
            <Panel title="Which one?">
              <ul>
                {found.map((each) => (
                  <li key={`${each.type} ${each.oid}`}>
                    <Link to={(each.url ?? '/') as never}>{each.title}</Link>{' '}
                    <span className="soft">
                      {sentenceCase(each.type ?? '')} {each.subtitle}
                    </span>
                  </li>
                ))}
              </ul>
            </Panel>
          )
        }
      </Loaded>
    </Page>
  );
}
