import type { Draft } from '../kit/draft.ts';
import { isOn, permissionKey, toggled } from './forms.ts';
import classes from './people.module.css';
import { resourceNames } from './permissions.ts';

/**
 * The permissions as checkboxes, a row for each resource. A person can check only permissions that
 * they have themselves, but uncheck any.
 */
export function PermissionMatrix({
  draft,
  own,
  onChange,
}: {
  readonly draft: Draft;
  /** The permissions of the person at this browser. */
  readonly own: ReadonlySet<string>;
  onChange(draft: Draft): void;
}) {
  const box = (resource: string, right: 'read' | 'write') => {
    const permission = `${resource}_${right}`;
    const key = permissionKey(permission);
    const isLocked = !isOn(draft, key) && !own.has(permission);
    return (
      <input
        type="checkbox"
        aria-label={permission}
        checked={isOn(draft, key)}
        disabled={isLocked}
        title={isLocked ? `You do not have ${permission}, so you cannot give it` : undefined}
        onChange={() => onChange(toggled(draft, key))}
      />
    );
  };
  return (
    <fieldset className={classes['group']}>
      <legend className={classes['legend']}>Permissions</legend>
      <table className={classes['matrix']}>
        <thead>
          <tr>
            <th scope="col">Resource</th>
            <th scope="col">Read</th>
            <th scope="col">Write</th>
          </tr>
        </thead>
        <tbody>
          {resourceNames.map((resource) => (
            <tr key={resource}>
              <th scope="row">{resource.replaceAll('_', ' ')}</th>
              <td>{box(resource, 'read')}</td>
              <td>{box(resource, 'write')}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="soft">You can give only permissions that you have yourself.</p>
    </fieldset>
  );
}
